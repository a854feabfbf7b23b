package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Maps: their entries go into a new one of the same kind, or into one that is then made immutable. */
@SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's serializers of maps are raw
class MappingSerializer extends Serializer<Map> {

    private static final int COPIES = 5;

    private final IntFunction<Map> create;
    private final Function finish;

    /**
     * Creates a serializer.
     *
     * @param create an empty map with room for so many entries
     * @param finish the result from the filled map
     */
    MappingSerializer(IntFunction<Map> create, Function finish) {
        this.create = create;
        this.finish = finish;
    }

    /** Of a kind that is filled and then done. */
    static MappingSerializer of(IntFunction<Map> create) {
        return new MappingSerializer(create, Elements.AS_IT_IS);
    }

    /** {@return whether the map exists only once its entries have been read, so that none can refer to it} */
    boolean isLate() {
        return !finish.equals(Elements.AS_IT_IS);
    }

    void writeKind(Kryo kryo, Output output, Map map) {}

    Map create(Kryo kryo, Input input, Class<? extends Map> type, int room) {
        return create.apply(room);
    }

    @Override
    public void write(Kryo kryo, Output output, Map written) {
        // What others may change meanwhile is written as it is now.
        Map<Object, Object> map = written instanceof ConcurrentMap ? asItIsNow(written) : written;
        int size = map.size();
        output.writeVarInt(size, true);
        writeKind(kryo, output, map);
        if (size == 0) {
            return;
        }
        int from = output.position();
        Map.Entry<Object, Object> first = map.entrySet().iterator().next();
        Class<?> keyClass = Elements.classOf(first.getKey());
        Class<?> valueClass = Elements.classOf(first.getValue());
        for (Map.Entry<Object, Object> entry : map.entrySet()) {
            keyClass = Elements.common(keyClass, entry.getKey());
            valueClass = Elements.common(valueClass, entry.getValue());
        }
        Serializer keys = Elements.writeClass(kryo, output, keyClass);
        Serializer values = Elements.writeClass(kryo, output, valueClass);
        PlacedElements placed = Objects.requireNonNull(PlacedElements.of(kryo, written.getClass()), "a map places");
        int entries = 0;
        for (Map.Entry<Object, Object> entry : map.entrySet()) {
            placed.write(output, entry.getKey(), keys);
            Elements.write(kryo, output, entry.getValue(), values);
            entries++;
        }
        Elements.requireUnchanged(entries, size);
        placed.requireDifferent(map.keySet());
        Elements.pad(output, from, size);
    }

    /** {@return a copy} A key that comes twice may have been put in anew meanwhile; if that goes on, there are two that are equal. */
    private static Map<Object, Object> asItIsNow(Map<Object, Object> map) {
        for (int attempt = 1; ; attempt++) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            int entries = 0;
            for (Map.Entry<Object, Object> entry : map.entrySet()) {
                copy.put(entry.getKey(), entry.getValue());
                entries++;
            }
            if (copy.size() == entries) {
                return copy;
            }
            if (attempt == COPIES) {
                throw PlacedElements.changed(map.getClass(), "are equal");
            }
        }
    }

    @Override
    public Map read(Kryo kryo, Input input, Class<? extends Map> type) {
        int size = Elements.readSize(input);
        Map filled = create(kryo, input, type, Math.min(size, Elements.FIRST_ROOM));
        if (finish.equals(Elements.AS_IT_IS)) {
            kryo.reference(filled);
        }
        if (size > 0) {
            readEntries(kryo, input, size, filled, type);
        }
        return (Map) finish.apply(filled);
    }

    private static void readEntries(Kryo kryo, Input input, int size, Map filled, Class<? extends Map> type) {
        int from = input.position();
        Registration keys = kryo.readClass(input);
        Registration values = kryo.readClass(input);
        PlacedElements placed = Objects.requireNonNull(PlacedElements.of(kryo, type), "a map places");
        for (int i = 0; i < size; i++) {
            Object key = placed.read(input, keys);
            filled.put(key, Elements.read(kryo, input, values));
        }
        Elements.skipPadding(input, from, size);
    }
}
