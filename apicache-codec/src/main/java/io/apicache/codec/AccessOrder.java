package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Linked maps that move an entry to the end when it is read. The mode is the map's secret, and would be lost. */
final class AccessOrder {

    private AccessOrder() {}

    /** Of maps that are not. */
    @SuppressWarnings("rawtypes") // Kryo's serializers of maps are raw
    static final class Maps extends MappingSerializer {

        Maps() {
            super(room -> new LinkedHashMap(room * 4 / 3 + 1), Elements.AS_IT_IS);
        }

        @Override
        void writeKind(Kryo kryo, Output output, Map map) {
            refuse(map);
        }
    }

    static void refuse(Map<?, ?> map) {
        if (isKept(map)) {
            throw new RefusedException(
                    map.getClass(),
                    "is in the order of access",
                    "copy it: new LinkedHashMap<>(map), or Map.copyOf(map)");
        }
    }

    /** {@return whether reading moves entries of a linked map; a copy is tried, because others may read the map meanwhile} */
    @SuppressWarnings("unchecked") // any key will do
    static boolean isKept(Map<?, ?> map) {
        Map<Object, Object> copy = (Map<Object, Object>) ((LinkedHashMap<?, ?>) map).clone();
        for (int missing = 2 - copy.size(); missing > 0; missing--) {
            copy.put(new Object(), "");
        }
        return movesWhatIsRead(copy);
    }

    /** {@return whether the first of at least two entries moved to the end when it was read} */
    @SuppressWarnings("ReferenceEquality") // whether it is the very same key
    static boolean movesWhatIsRead(Map<?, ?> map) {
        Iterator<?> keys = map.keySet().iterator();
        Object first = keys.next();
        Object unused = map.get(first);
        return map.keySet().iterator().next() != first;
    }
}
