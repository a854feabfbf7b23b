package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.FieldSerializer;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * Kryo's serializer of classes that are no records, in its format, with one difference: an object is put into a field only if it is of the
 * field's type. Kryo's own fields write past the verifier by {@code Unsafe}; an object of another class in a field reads whatever lies behind
 * it in memory, and ends the JVM.
 *
 * @param <T> the class
 */
final class CheckedFieldSerializer<T> extends FieldSerializer<T> {

    CheckedFieldSerializer(Kryo kryo, Class<T> type) {
        super(kryo, type);
    }

    @Override
    protected void initializeCachedFields() {
        CachedField[] fields = getFields();
        for (int i = 0; i < fields.length; i++) {
            if (!fields[i].getField().getType().isPrimitive()) {
                fields[i] = new CheckedField(getKryo(), fields[i]);
            }
        }
    }

    /** A field that holds an object, by reflection, which checks. */
    @SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's serializers are raw
    private static final class CheckedField extends CachedField {

        private final Kryo kryo;
        private final String name;

        CheckedField(Kryo kryo, CachedField kryos) {
            super(kryos.getField());
            this.kryo = kryo;
            name = kryos.getName();
            setCanBeNull(kryos.getCanBeNull());
            setValueClass(kryos.getValueClass(), kryos.getSerializer());
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String toString() {
            return name;
        }

        @Override
        public void write(Output output, Object object) {
            try {
                writeValue(output, object);
            } catch (KryoException e) {
                throw traced(e);
            }
        }

        @Override
        public void read(Input input, Object object) {
            try {
                readValue(input, object);
            } catch (KryoException e) {
                throw traced(e);
            }
        }

        private KryoException traced(KryoException failure) {
            failure.addTrace(name + " (" + getField().getDeclaringClass().getName() + ")");
            return failure;
        }

        private void writeValue(Output output, Object object) {
            Object value = get(object);
            Class known = getValueClass();
            if (known == null) {
                Registration registration = kryo.writeClass(output, value == null ? null : value.getClass());
                if (value != null) {
                    kryo.writeObject(output, value, serializer(registration));
                }
            } else if (getCanBeNull()) {
                kryo.writeObjectOrNull(output, value, serializer(kryo.getRegistration(known)));
            } else if (value == null) {
                throw new KryoException(getField() + " is null");
            } else {
                kryo.writeObject(output, value, serializer(kryo.getRegistration(known)));
            }
        }

        private void readValue(Input input, Object object) {
            Class known = getValueClass();
            if (known == null) {
                Registration registration = kryo.readClass(input);
                set(
                        object,
                        registration == null
                                ? null
                                : kryo.readObject(input, registration.getType(), serializer(registration)));
            } else if (getCanBeNull()) {
                set(object, kryo.readObjectOrNull(input, known, serializer(kryo.getRegistration(known))));
            } else {
                set(object, kryo.readObject(input, known, serializer(kryo.getRegistration(known))));
            }
        }

        /** The one that an annotation on the field asks for, or that of the class. */
        private Serializer serializer(Registration registration) {
            Serializer own = getSerializer();
            return own == null ? registration.getSerializer() : own;
        }

        private @Nullable Object get(Object object) {
            try {
                return getField().get(object);
            } catch (IllegalAccessException e) {
                throw new KryoException(e);
            }
        }

        private void set(Object object, @Nullable Object value) {
            Field field = getField();
            if (value != null && !field.getType().isInstance(value)) {
                throw new KryoException("a " + value.getClass().getName() + " in " + field);
            }
            try {
                field.set(object, value);
            } catch (IllegalAccessException e) {
                throw new KryoException(e);
            }
        }

        @Override
        public void copy(Object original, Object copy) {
            set(copy, kryo.copy(get(original)));
        }
    }
}
