package io.apicache.codec;

import com.esotericsoftware.kryo.util.MapReferenceResolver;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
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
