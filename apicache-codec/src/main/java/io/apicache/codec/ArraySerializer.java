package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arrays of objects. Unlike Kryo's it collects the elements first: nested arrays could declare the rest of the record each. */
@SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's serializers are raw
final class ArraySerializer extends Serializer<Object[]> {

    @Override
    public void write(Kryo kryo, Output output, Object[] array) {
        output.writeVarInt(array.length, true);
        if (array.length == 0) {
            return;
        }
        int from = output.position();
        Serializer common = Elements.writeClass(kryo, output, Elements.commonClass(Arrays.asList(array)));
        for (Object element : array) {
            Elements.write(kryo, output, element, common);
        }
        Elements.pad(output, from, array.length);
    }

    @Override
    public Object[] read(Kryo kryo, Input input, Class<? extends Object[]> type) {
        int size = Elements.readSize(input);
        List<Object> elements = new ArrayList<>(Math.min(size, Elements.FIRST_ROOM));
        if (size > 0) {
            int from = input.position();
            Registration common = kryo.readClass(input);
            for (int i = 0; i < size; i++) {
                elements.add(Elements.read(kryo, input, common));
            }
            Elements.skipPadding(input, from, size);
        }
        return elements.toArray((Object[]) Array.newInstance(type.getComponentType(), 0));
    }

    /** Arrays of booleans, a byte each. */
    static final class OfBooleans extends Serializer<boolean[]> {

        @Override
        public void write(Kryo kryo, Output output, boolean[] array) {
            output.writeVarInt(array.length, true);
            output.writeBooleans(array, 0, array.length);
        }

        @Override
        public boolean[] read(Kryo kryo, Input input, Class<? extends boolean[]> type) {
            return input.readBooleans(Elements.readSize(input));
        }
    }
}
