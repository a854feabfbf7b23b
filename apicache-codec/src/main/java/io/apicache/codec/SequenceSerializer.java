package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

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

    /** {@return whether the collection exists only once its elements have been read, so that none can refer to it} */
    boolean isLate() {
        return !finish.equals(Elements.AS_IT_IS);
    }

    Collection create(Kryo kryo, Class<? extends Collection> type, int room) {
        return create.apply(room);
    }

    @Override
    public void write(Kryo kryo, Output output, Collection given) {
        // What others may change meanwhile is written as it is now.
        Collection collection = given instanceof CopyOnWriteArrayList ? new ArrayList<>(given) : given;
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
            writeElements(kryo, output, collection, size, common);
        }
        Elements.pad(output, from, size);
    }

    private static void writeElements(
            Kryo kryo, Output output, Collection collection, int size, @Nullable Serializer common) {
        PlacedElements placed = PlacedElements.of(kryo, collection.getClass());
        int written = 0;
        for (Object element : collection) {
            if (placed == null) {
                Elements.write(kryo, output, element, common);
            } else {
                placed.write(output, element, common);
            }
            written++;
        }
        Elements.requireUnchanged(written, size);
        if (placed != null) {
            placed.requireDifferent(collection);
        }
    }

    @Override
    public Collection read(Kryo kryo, Input input, Class<? extends Collection> type) {
        int size = Elements.readSize(input);
        Collection filled = create(kryo, type, Math.min(size, Elements.FIRST_ROOM));
        if (finish.equals(Elements.AS_IT_IS)) {
            kryo.reference(filled);
        }
        if (size > 0) {
            readElements(kryo, input, size, filled, type);
        }
        return (Collection) finish.apply(filled);
    }

    private static void readElements(
            Kryo kryo, Input input, int size, Collection filled, Class<? extends Collection> type) {
        int from = input.position();
        Registration common = kryo.readClass(input);
        PlacedElements placed = PlacedElements.of(kryo, type);
        for (int i = 0; i < size; i++) {
            filled.add(placed == null ? Elements.read(kryo, input, common) : placed.read(input, common));
        }
        Elements.skipPadding(input, from, size);
    }
}
