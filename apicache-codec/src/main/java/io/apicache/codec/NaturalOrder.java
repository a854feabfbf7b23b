package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Sorted collections whose elements know their order. A comparator is code, and has no place in a record. */
@SuppressWarnings("rawtypes") // Kryo's serializers of collections are raw
final class NaturalOrder {

    private NaturalOrder() {}

    private static void require(@Nullable Comparator<?> comparator) {
        if (comparator != null) {
            throw new KryoException(
                    "a sorted collection with a comparator; copy it into a list, or register a serializer");
        }
    }

    /** Of elements. */
    static final class Sets extends SequenceSerializer {

        Sets() {
            super(room -> new TreeSet(), Elements.AS_IT_IS);
        }

        @Override
        public void write(Kryo kryo, Output output, Collection collection) {
            require(((SortedSet<?>) collection).comparator());
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
            require(((SortedMap<?, ?>) map).comparator());
        }
    }
}
