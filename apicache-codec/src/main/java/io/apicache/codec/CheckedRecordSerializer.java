package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.RecordSerializer;
import java.lang.reflect.InvocationTargetException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Kryo's serializer of records, in its format, with one difference: a record is written only if its canonical constructor makes an equal
 * one of what its accessors return. That is what a reader does.
 *
 * <p>In a named module that is open to Kryo only, the constructor cannot be called from here, and the check is left out.
 *
 * @param <T> the record
 */
final class CheckedRecordSerializer<T> extends RecordSerializer<T> {

    private final @Nullable RecordShape shape;

    CheckedRecordSerializer(Class<T> type) {
        super(type);
        shape = RecordShape.of(type);
    }

    @Override
    public void write(Kryo kryo, Output output, T object) {
        if (shape == null) {
            super.write(kryo, output, object);
            return;
        }
        @Nullable Object[] values = new @Nullable Object[shape.byName().length];
        for (RecordShape.Part part : shape.byName()) {
            Object value = part.returned(object);
            values[part.index()] = value;
            try {
                write(kryo, output, part, value);
            } catch (KryoException e) {
                e.addTrace(part.name() + " (" + object.getClass().getName() + ")");
                throw e;
            }
        }
        requireFaithful(shape, object, values);
    }

    private static void write(Kryo kryo, Output output, RecordShape.Part part, @Nullable Object value) {
        Class<?> type = part.type();
        if (type.isPrimitive()) {
            kryo.writeObject(output, Objects.requireNonNull(value));
        } else if (kryo.isFinal(type)) {
            kryo.writeObjectOrNull(output, value, type);
        } else {
            kryo.writeClassAndObject(output, value);
        }
    }

    private static void requireFaithful(RecordShape shape, Object record, @Nullable Object[] values) {
        for (RecordShape.Part part : shape.loose()) {
            values[part.index()] = Loose.own(values[part.index()]);
        }
        @Nullable Object[] before = states(shape.loose(), values);
        Object again;
        try {
            again = shape.constructor().newInstance(values);
        } catch (InvocationTargetException e) {
            throw new RefusedException(
                    record.getClass(),
                    "has a constructor that throws "
                            + e.getTargetException().getClass().getSimpleName() + " for what its accessors return",
                    "let the constructor accept what the accessors return",
                    e);
        } catch (ReflectiveOperationException e) {
            throw new RefusedException(record.getClass(), "cannot be made", "make it a class", e);
        }
        requireUnchanged(shape.loose(), record, values, before);
        for (RecordShape.Part part : shape.loose()) {
            Object held = part.held(record);
            if (!Loose.isInOrderOf(held, values[part.index()]) || !Loose.isInOrderOf(held, part.held(again))) {
                throw changed(record, part, "the order of its component ");
            }
        }
        if (shape.comparesAll() && again.equals(record)) {
            return;
        }
        for (RecordShape.Part part : shape.byName()) {
            Object kept = part.held(again);
            Object expected = kept != null && Loose.isText(kept.getClass()) ? values[part.index()] : part.held(record);
            if (!isSame(expected, kept)) {
                throw changed(record, part, "its component ");
            }
        }
    }

    private static @Nullable Object[] states(RecordShape.Part[] loose, @Nullable Object[] values) {
        @Nullable Object[] states = new @Nullable Object[loose.length];
        for (int i = 0; i < loose.length; i++) {
            states[i] = Loose.state(values[loose[i].index()]);
        }
        return states;
    }

    private static void requireUnchanged(
            RecordShape.Part[] loose, Object record, @Nullable Object[] values, @Nullable Object[] before) {
        for (int i = 0; i < loose.length; i++) {
            if (!Objects.equals(before[i], Loose.state(values[loose[i].index()]))) {
                throw changed(record, loose[i], "what it is given as ");
            }
        }
    }

    private static RefusedException changed(Object record, RecordShape.Part part, String what) {
        return new RefusedException(
                record.getClass(),
                "has a constructor or an accessor that changes " + what + part.name(),
                "let the accessor return what the constructor keeps, or "
                        + RefusedException.serializerFor(record.getClass()));
    }

    // A copy of something that has no equality of its own cannot be told from it.
    private static boolean isSame(@Nullable Object before, @Nullable Object after) {
        if (Objects.deepEquals(before, after)) {
            return true;
        }
        if (before != null && after != null && Loose.isText(before.getClass())) {
            return before.getClass() == after.getClass() && before.toString().equals(after.toString());
        }
        return before != null
                && after != null
                && before.getClass() == after.getClass()
                && !before.getClass().isArray()
                && !OwnTypes.hasEquals(before.getClass());
    }
}
