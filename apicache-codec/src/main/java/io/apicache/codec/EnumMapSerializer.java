package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps of enum keys; the enum is written first. */
@SuppressWarnings({"rawtypes", "unchecked"}) // the enum is only known at run time
final class EnumMapSerializer extends MappingSerializer {

    private static final int CONSTANTS_PER_BYTE = 8;

    /** A map has room for all constants however few are in it, so it takes a share of them in the record, too. */
    private static final ClassValue<Integer> ROOM = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> keys) {
            return keys.getEnumConstants().length / CONSTANTS_PER_BYTE;
        }
    };

    EnumMapSerializer() {
        super(
                room -> {
                    throw new IllegalStateException("an EnumMap needs its enum");
                },
                Elements.AS_IT_IS);
    }

    @Override
    void writeKind(Kryo kryo, Output output, Map map) {
        Class<?> keys = map.isEmpty() ? keyTypeOfEmpty(map) : declaringClass(map);
        kryo.writeClass(output, keys);
        if (keys != null) {
            Elements.pad(output, output.position(), ROOM.get(keys));
        }
    }

    @Override
    Map create(Kryo kryo, Input input, Class<? extends Map> type, int size) {
        Registration keys = kryo.readClass(input);
        if (keys == null || !keys.getType().isEnum()) {
            throw new KryoException("an EnumMap without an enum");
        }
        Elements.skipPadding(input, input.position(), ROOM.get(keys.getType()));
        return new EnumMap(keys.getType());
    }

    private static Class<?> declaringClass(Map<?, ?> map) {
        return ((Enum<?>) map.keySet().iterator().next()).getDeclaringClass();
    }

    // An empty EnumMap tells its key type to nobody but Java serialization, so it is asked there. Nothing is ever read
    // that way.
    private static @Nullable Class<?> keyTypeOfEmpty(Map<?, ?> map) {
        Class<?>[] seen = new Class<?>[1];
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream()) {
            @Override
            protected void annotateClass(Class<?> described) {
                if (described.isEnum()) {
                    seen[0] = described;
                }
            }
        }) {
            out.writeObject(map);
        } catch (IOException e) {
            throw new KryoException(e);
        }
        return seen[0];
    }
}
