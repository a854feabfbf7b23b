package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The elements or keys of one collection that finds them by their hash. Whoever makes up a record could choose them so that the
 * collection takes hours to fill; honest ones are nowhere near these limits. They hold when writing as well, so that nothing is written
 * that cannot be read.
 */
@SuppressWarnings("rawtypes") // Kryo's registrations are raw
final class HashedElements {

    /** So many of one hash are nothing out of the ordinary. */
    private static final int UNSUSPICIOUS = 256;

    private static final int BUCKETS = 1024;

    private final Kryo kryo;
    private int seen;
    private int @Nullable [] buckets;

    HashedElements(Kryo kryo) {
        this.kryo = kryo;
    }

    static boolean areIn(Class<?> type) {
        return (Set.class.isAssignableFrom(type) && !SortedSet.class.isAssignableFrom(type))
                || (Map.class.isAssignableFrom(type) && !SortedMap.class.isAssignableFrom(type));
    }

    void write(Output output, @Nullable Object element, @Nullable Serializer common) {
        int shared = sharedParts();
        Elements.write(kryo, output, element, common);
        require(element, shared);
    }

    @Nullable
    Object read(Input input, @Nullable Registration common) {
        int shared = sharedParts();
        Object element = Elements.read(kryo, input, common);
        require(element, shared);
        return element;
    }

    private int sharedParts() {
        return kryo.getReferenceResolver() instanceof SharedParts parts ? parts.counted() : 0;
    }

    private void require(@Nullable Object element, int sharedBefore) {
        if (sharedParts() != sharedBefore) {
            throw new KryoException(
                    "an element of a set or a key of a map that shares parts with others; use a list, or other keys");
        }
        if (++seen < UNSUSPICIOUS || element == null) {
            return;
        }
        if (buckets == null) {
            buckets = new int[BUCKETS];
        }
        int bucket = (element.hashCode() * 0x9E3779B9) >>> 22;
        if (++buckets[bucket] > UNSUSPICIOUS + seen / UNSUSPICIOUS) {
            throw new KryoException("too many elements of a set or keys of a map with the same hash code");
        }
    }
}
