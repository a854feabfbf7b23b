package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import java.util.Collection;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sorted collections whose elements know their order. A comparator is code, and has no place in a record. */
@SuppressWarnings("rawtypes") // Kryo's serializers of collections are raw
final class NaturalOrder {

    private NaturalOrder() {}

    /** {@return whether a collection or map, sorted or not, has no comparator} */
    static boolean isIn(Object collection) {
        if (collection instanceof SortedSet<?> set) {
            return set.comparator() == null;
        }
        if (collection instanceof SortedMap<?, ?> map) {
            return map.comparator() == null;
        }
        return !(collection instanceof PriorityQueue<?> queue) || queue.comparator() == null;
    }

    static void require(Object collection) {
        if (!isIn(collection)) {
            throw new RefusedException(
                    collection.getClass(),
                    "has a comparator, which is code",
                    "copy it into a list or a LinkedHashMap, or "
                            + RefusedException.serializerFor(collection.getClass()));
        }
    }

    /** Of elements. */
    static final class Sets extends SequenceSerializer {

        Sets() {
            super(room -> new TreeSet(), Elements.AS_IT_IS);
        }

        @Override
        public void write(Kryo kryo, Output output, Collection collection) {
            require(collection);
            super.write(kryo, output, collection);
        }
    }

    /** Of entries. */
    static final class Maps extends MappingSerializer {

        Maps() {
            super(room -> new TreeMap(), Elements.AS_IT_IS);
        }

        @Override
        void writeKind(Kryo kryo, Output output, Map map) {
            require(map);
        }
    }
}
