package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.FieldSerializer;
import com.esotericsoftware.kryo.serializers.RecordSerializer;
import io.apicache.codec.StrictKryo.UnregisteredClassException;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What writer and reader have to agree on, as one number: ids, class names, serializers, the fields and constants behind them, and the
 * caller's own version. Kryo notices none of it: it would read one class as another.
 */
final class Schema {

    private final Class<?> root;
    private final Kryo kryo;

    Schema(Class<?> root, Kryo kryo) {
        this.root = root;
        this.kryo = kryo;
    }

    /**
     * {@return the first 64 bits of a SHA-256}
     *
     * @throws IllegalArgumentException if a class that is sure to be met is not registered
     */
    long hash(Registrations registrations, String settings) {
        StringBuilder text = new StringBuilder(JdkTypes.VERSION)
                .append('\n')
                .append(settings)
                .append('\n')
                .append(root.getName())
                .append('\n');
        for (Integer id : registrations.byId().keySet()) {
            Registration registration = kryo.getRegistration(id);
            text.append(id)
                    .append(' ')
                    .append(registration.getType().getName())
                    .append(' ')
                    .append(nameOf(registration.getSerializer()));
            members(registration)
                    .forEach((name, type) ->
                            text.append(' ').append(name).append(':').append(type.getTypeName()));
            constants(registration.getType(), text);
            finality(registration.getType(), text);
            text.append('\n');
        }
        return firstBits(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    // Ours writes the same as Kryo's.
    private static String nameOf(Serializer<?> serializer) {
        if (serializer instanceof CheckedFieldSerializer || serializer instanceof Singleton) {
            return FieldSerializer.class.getName();
        }
        if (serializer instanceof RecordSerializer) {
            return RecordSerializer.class.getName();
        }
        // As they were called once, in records that are still there.
        if (serializer instanceof OwnCollections.Sequence) {
            return JdkTypes.class.getName() + "$1";
        }
        return serializer instanceof OwnCollections.Mapping
                ? JdkTypes.class.getName() + "$2"
                : serializer.getClass().getName();
    }

    /** {@return the first 64 bits of the SHA-256 of something} */
    static long firstBits(byte[] bytes) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    // Only what Kryo finds out by itself: a serializer of the caller's is the caller's to version.
    private Map<String, Type> members(Registration registration) {
        Map<String, Type> members = new TreeMap<>();
        Class<?> type = registration.getType();
        if (registration.getSerializer() instanceof RecordSerializer) {
            for (RecordComponent component : type.getRecordComponents()) {
                members.put(component.getName(), component.getGenericType());
            }
        } else if (registration.getSerializer() instanceof FieldSerializer<?> fields) {
            for (FieldSerializer.CachedField cached : fields.getFields()) {
                Field field = cached.getField();
                String name = field.getDeclaringClass().getSimpleName() + "." + field.getName();
                if (members.containsKey(name)) { // of two classes with one simple name
                    name = field.getDeclaringClass().getName() + "." + field.getName();
                }
                members.put(name, field.getGenericType());
            }
        }
        members.values().forEach(this::requireRegistered);
        return members;
    }

    private static void constants(Class<?> type, StringBuilder text) {
        if (type.isEnum()) {
            List<String> names = new ArrayList<>();
            for (Object constant : type.getEnumConstants()) {
                names.add(((Enum<?>) constant).name());
            }
            text.append(' ').append(names);
        }
    }

    // A value of a final class is written without the name of its class: who makes a class final, or gives a constant
    // of an enum a body,
    // changes what is written. Records are always final. The others are
    // noted, and those that are open are not: so the schema of most records that are there stays.
    private static void finality(Class<?> type, StringBuilder text) {
        if (Modifier.isFinal(type.getModifiers())
                && !type.isRecord()
                && !type.isPrimitive()
                && !type.isArray()
                && !OwnTypes.isOfTheJdk(type)) {
            text.append(" final");
        }
    }

    // Better now than with the first response: a final class can only be met as itself, a sealed one as those it
    // permits.
    private void requireRegistered(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            requireRegistered(parameterized.getRawType());
            for (Type argument : parameterized.getActualTypeArguments()) {
                requireRegistered(argument);
            }
        } else if (type instanceof GenericArrayType array) {
            requireRegistered(array.getGenericComponentType());
        } else if (type instanceof Class<?> declared) {
            requireRegistered(declared);
        }
    }

    private void requireRegistered(Class<?> type) {
        if (type.isSealed()
                && !Registrations.isConcrete(type)
                && !type.getName().startsWith("java.")) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                requireRegistered(permitted);
            }
        } else if ((Modifier.isFinal(type.getModifiers()) || type.isEnum())
                && kryo.getClassResolver().getRegistration(type) == null) {
            throw new UnregisteredClassException(root, type);
        }
    }
}
