package io.apicache.codec;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.OptionalSerializers;
import com.esotericsoftware.kryo.serializers.RecordSerializer;
import com.esotericsoftware.kryo.util.MapReferenceResolver;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * References to objects that occurred before, counted unless they are to plain values. What is shared may be looked at once for each way
 * that leads to it: sixty lists, each twice in the next, are 270 bytes and have a hash code that takes longer than anybody lives.
 */
final class SharedParts extends MapReferenceResolver {

    private static final Set<Class<?>> PLAIN = Set.of(
            String.class,
            UUID.class,
            BigDecimal.class,
            BigInteger.class,
            URI.class,
            Date.class,
            Currency.class,
            Locale.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class);

    /** What the JDK has one of. By identity, for a collection that is still being read is empty as well. */
    private static final IdentityHashMap<Object, Boolean> EMPTY = byIdentity(
            List.of(),
            Set.of(),
            Map.of(),
            Optional.empty(),
            Collections.emptyList(),
            Collections.emptySet(),
            Collections.emptyMap());

    private int counted;
    private int unfinished;

    /** What is being written, by depth: each is a part of the one before. Deeper ones may be of the past. */
    private @Nullable Object[] path = new @Nullable Object[16];

    private int deepest;

    /** {@return how many references have been written to objects that contain them} */
    int unfinished() {
        return unfinished;
    }

    int counted() {
        return counted;
    }

    @Override
    public int getWrittenId(Object object) {
        int id = super.getWrittenId(object);
        if (id != -1) {
            count(object);
            requireWritten(object);
        }
        return id;
    }

    @Override
    public int addWrittenObject(Object object) {
        int depth = kryo.getDepth();
        if (depth >= path.length) {
            path = Arrays.copyOf(path, 2 * depth);
        }
        path[depth] = object;
        deepest = Math.max(deepest, depth);
        return super.addWrittenObject(object);
    }

    @Override
    public void reset() {
        super.reset();
        Arrays.fill(path, 0, deepest + 1, null);
        deepest = 0;
    }

    // What is made of its finished parts cannot be one of them: a reader would find nothing there.
    @SuppressWarnings("ReferenceEquality") // whether it is the very same object
    private void requireWritten(Object object) {
        int depth = 0;
        while (depth < kryo.getDepth() && path[depth] != object) {
            depth++;
        }
        if (depth == kryo.getDepth()) {
            return; // complete
        }
        unfinished++;
        if (isLate(kryo.getRegistration(object.getClass()).getSerializer())) {
            throw new RefusedException(
                    object.getClass(),
                    "contains itself, and can only be made of parts that exist before it",
                    "use an ArrayList, a HashMap or a class with fields on the way round");
        }
        while (++depth < kryo.getDepth()) {
            Object within = path[depth];
            if (within instanceof Record) {
                throw new RefusedException(
                        within.getClass(),
                        "refers to a " + object.getClass().getName()
                                + " that contains it, and its constructor would see that unfinished",
                        "make it a class with fields");
            }
        }
    }

    private static boolean isLate(Serializer<?> serializer) {
        if (serializer instanceof SequenceSerializer sequence) {
            return sequence.isLate();
        }
        return serializer instanceof MappingSerializer mapping
                ? mapping.isLate()
                : serializer instanceof ArraySerializer
                        || serializer instanceof RecordSerializer
                        || serializer instanceof OptionalSerializers.OptionalSerializer;
    }

    @Override
    @SuppressWarnings("rawtypes") // so it stands in Kryo
    public Object getReadObject(Class type, int id) {
        Object object = super.getReadObject(type, id);
        if (object == null) {
            throw new KryoException("an object that contains itself before it exists");
        }
        count(object);
        return object;
    }

    private void count(@Nullable Object object) {
        if (object != null && !isPlain(object.getClass()) && !EMPTY.containsKey(object)) {
            counted++;
        }
    }

    private static boolean isPlain(Class<?> type) {
        return type.isEnum()
                || PLAIN.contains(type)
                || type.getName().startsWith("java.lang.")
                || type.getName().startsWith("java.time.");
    }

    private static IdentityHashMap<Object, Boolean> byIdentity(Object... objects) {
        IdentityHashMap<Object, Boolean> all = new IdentityHashMap<>();
        for (Object object : objects) {
            all.put(object, true);
        }
        return all;
    }
}
