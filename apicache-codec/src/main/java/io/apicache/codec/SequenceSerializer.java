package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Collections: their elements go into a new one of the same kind, or into one that is then made immutable. */
@SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's serializers of collections are raw
class SequenceSerializer extends Serializer<Collection> {

    private final IntFunction<Collection> create;
    private final Function finish;

    /**
     * Creates a serializer.
     *
     * @param create an empty collection with room for so many elements
     * @param finish the result from the filled collection
     */
    SequenceSerializer(IntFunction<Collection> create, Function finish) {
        this.create = create;
        this.finish = finish;
    }

    /** Of a kind that is filled and then done. */
    static SequenceSerializer of(IntFunction<Collection> create) {
        return new SequenceSerializer(create, Elements.AS_IT_IS);
    }

    Collection create(Kryo kryo, Class<? extends Collection> type, int room) {
        return create.apply(room);
    }

    @Override
    public void write(Kryo kryo, Output output, Collection collection) {
        int size = collection.size();
        output.writeVarInt(size, true);
        if (size == 0) {
            return;
        }
        int from = output.position();
        Serializer common = Elements.writeClass(kryo, output, Elements.commonClass(collection));
        if (collection instanceof ArrayList<?> list) {
            for (int i = 0; i < size; i++) {
                Elements.write(kryo, output, list.get(i), common);
            }
        } else {
            for (Object element : collection) {
                Elements.write(kryo, output, element, common);
            }
        }
        Elements.pad(output, from, size);
    }

    @Override
    public Collection read(Kryo kryo, Input input, Class<? extends Collection> type) {
        int size = Elements.readSize(input);
        Collection filled = create(kryo, type, Math.min(size, Elements.FIRST_ROOM));
        if (finish.equals(Elements.AS_IT_IS)) {
            kryo.reference(filled);
        }
        if (size > 0) {
            readElements(kryo, input, size, filled);
        }
        return (Collection) finish.apply(filled);
    }

    private static void readElements(Kryo kryo, Input input, int size, Collection filled) {
        int from = input.position();
        Registration common = kryo.readClass(input);
        for (int i = 0; i < size; i++) {
            filled.add(Elements.read(kryo, input, common));
        }
        Elements.skipPadding(input, from, size);
    }
}
