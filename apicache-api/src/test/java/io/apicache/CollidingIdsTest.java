package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.ReferenceStore;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Clients choose ids, and may choose them all with one hash code. A hash map is quick all the same if its keys can be compared: it keeps
 * a crowded bin as a tree.
 */
class CollidingIdsTest {

    /** {@return as many different ids of one hash code as a power of two} */
    static List<String> colliding(int power) {
        List<String> ids = List.of("");
        for (int i = 0; i < power; i++) {
            List<String> longer = new ArrayList<>();
            for (String id : ids) {
                longer.add(id + "Aa");
                longer.add(id + "BB");
            }
            ids = longer;
        }
        return ids;
    }

    @SuppressWarnings("unchecked")
    private static int compare(Object one, Object other) {
        return Integer.signum(((Comparable<Object>) one).compareTo(other));
    }

    @Test
    @DisplayName("S1 keys are in an order, by all of their parts, that agrees with equals")
    void keysAreInAnOrder() {
        List<Key> keys = new ArrayList<>();
        for (String id : colliding(3)) {
            keys.add(new Key("one", id));
            keys.add(new Key("other", id));
        }
        assertThat(Comparable.class).isAssignableFrom(Key.class);
        for (Key one : keys) {
            for (Key other : keys) {
                assertThat(compare(one, other)).isEqualTo(-compare(other, one));
                assertThat(compare(one, other) == 0).isEqualTo(one.equals(other));
                for (Key third : keys) {
                    if (compare(one, other) < 0 && compare(other, third) < 0) {
                        assertThat(compare(one, third)).isNegative();
                    }
                }
            }
        }
        assertThat(compare(
                        keys.get(0),
                        new Key(keys.get(0).namespace(), keys.get(0).id())))
                .isZero();
    }

    @Test
    @DisplayName("S1 every map of a cache whose keys callers choose has keys that can be compared")
    void everyMapHasKeysThatCanBeCompared() {
        ReferenceStore<String> records = new ReferenceStore<>(Time.system());
        try (ApiCache<String> cache = ApiCache.over((Store<String>) records)
                .lease(Duration.ofMinutes(1))
                .build()) {
            for (String id : colliding(6)) {
                assertThat(cache.receiveAndWait(id, Duration.ZERO)).isInstanceOf(FirstSeen.class);
            }

            List<Map<?, ?>> maps = new ArrayList<>();
            collect(cache, maps, Collections.newSetFromMap(new IdentityHashMap<>()));

            assertThat(maps).as("maps with a key for each id").anyMatch(map -> map.size() == 64);
            for (Map<?, ?> map : maps) {
                assertThat(map.keySet()).allMatch(Comparable.class::isInstance, "can be compared");
            }
        }
    }

    /** Walks through the library's own objects, and collects the maps that they hold. */
    private static void collect(Object from, List<Map<?, ?>> maps, Set<Object> seen) {
        if (from == null || !seen.add(from)) {
            return;
        }
        if (from instanceof Map<?, ?> map) {
            maps.add(map);
            return;
        }
        for (Class<?> type = from.getClass(); isOurs(type); type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    collect(read(field, from), maps, seen);
                }
            }
        }
    }

    private static boolean isOurs(Class<?> type) {
        return type != null
                && type.getName().startsWith("io.apicache.")
                && !type.isEnum()
                && !type.getName().startsWith("io.apicache.tck");
    }

    private static Object read(Field field, Object from) {
        try {
            field.setAccessible(true);
            return field.get(from);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
