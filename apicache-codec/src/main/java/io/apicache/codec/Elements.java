package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the elements of arrays, collections and maps are written: the class once if all have the same and none is null, else with each
 * element. As many bytes follow a size as it says elements, at the least, so a reader can refuse a size that nothing stands behind.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's registrations are raw
final class Elements {

    /** Never more room than this before the first element was seen: sizes nest, and each is believed only once. */
    static final int FIRST_ROOM = 1024;

    /** Finishes what needs no finishing. Such a collection may also contain itself, if references are kept. */
    static final Function<Object, Object> AS_IT_IS = filled -> filled;

    private Elements() {}

    static int readSize(Input input) {
        int size = input.readVarInt(true);
        if (size < 0 || size > input.limit() - input.position()) {
            throw new KryoException(
                    "declared size " + size + " with " + (input.limit() - input.position()) + " bytes left");
        }
        return size;
    }

    /** {@return the class of all of them, or null if they differ or one is null} */
    static @Nullable Class<?> commonClass(Collection<?> elements) {
        // By index where that is as good: one iterator less per list adds up.
        if (elements instanceof ArrayList<?> list) {
            Class<?> first = classOf(list.get(0));
            for (int i = 1; i < list.size() && first != null; i++) {
                first = common(first, list.get(i));
            }
            return first;
        }
        Iterator<?> rest = elements.iterator();
        Class<?> first = classOf(rest.next());
        while (rest.hasNext() && first != null) {
            first = common(first, rest.next());
        }
        return first;
    }

    static @Nullable Class<?> classOf(@Nullable Object element) {
        return element == null ? null : element.getClass();
    }

    /** {@return the class if it is the element's as well, else null} */
    static @Nullable Class<?> common(@Nullable Class<?> first, @Nullable Object element) {
        return element != null && element.getClass() == first ? first : null;
    }

    /** {@return the serializer of all elements, or null if each comes with its class} */
    static @Nullable Serializer writeClass(Kryo kryo, Output output, @Nullable Class<?> common) {
        Registration registration = kryo.writeClass(output, common);
        return registration == null ? null : registration.getSerializer();
    }

    static void write(Kryo kryo, Output output, @Nullable Object element, @Nullable Serializer common) {
        if (common == null) {
            kryo.writeClassAndObject(output, element);
        } else {
            kryo.writeObject(output, element, common);
        }
    }

    static @Nullable Object read(Kryo kryo, Input input, @Nullable Registration common) {
        return common == null
                ? kryo.readClassAndObject(input)
                : kryo.readObject(input, common.getType(), common.getSerializer());
    }

    static void requireUnchanged(int written, int size) {
        if (written != size) {
            throw new KryoException("a collection that changes while it is written");
        }
    }

    // Elements without fields take no bytes. These stand in for them.
    static void pad(Output output, int from, int size) {
        for (int missing = size - (output.position() - from); missing > 0; missing--) {
            output.writeByte(0);
        }
    }

    static void skipPadding(Input input, int from, int size) {
        int missing = size - (input.position() - from);
        for (; missing > 0; missing--) {
            if (input.readByte() != 0) {
                throw new KryoException("padding that is not zero");
            }
        }
    }
}
