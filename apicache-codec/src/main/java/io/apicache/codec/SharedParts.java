package io.apicache.codec;

import com.esotericsoftware.kryo.util.MapReferenceResolver;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * References to objects that occurred before, counted unless they are to plain values. What is shared may be looked at once for each way
 * that leads to it: sixty lists, each twice in the next, are 270 bytes and have a hash code that takes longer than anybody lives.
 */
final class SharedParts extends MapReferenceResolver {

    private int counted;

    int counted() {
        return counted;
    }

    @Override
    public int getWrittenId(Object object) {
        int id = super.getWrittenId(object);
        if (id != -1) {
            count(object);
        }
        return id;
    }

    @Override
    @SuppressWarnings("rawtypes") // so it stands in Kryo
    public @Nullable Object getReadObject(Class type, int id) {
        Object object = super.getReadObject(type, id);
        count(object);
        return object;
    }

    private void count(@Nullable Object object) {
        if (object != null && !isPlain(object.getClass())) {
            counted++;
        }
    }

    private static boolean isPlain(Class<?> type) {
        return type.isEnum()
                || type == String.class
                || type == UUID.class
                || type == BigDecimal.class
                || type == BigInteger.class
                || type.getName().startsWith("java.lang.")
                || type.getName().startsWith("java.time.");
    }
}
