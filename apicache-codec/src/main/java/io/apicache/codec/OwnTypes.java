package io.apicache.codec;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.FieldSerializer;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what reads and writes a class that the caller registers without a serializer, and refuses a class of which something would be
 * lost. Kryo's own choice would take the first serializer that fits a superclass, and leave the rest of the object out.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's serializers are raw
final class OwnTypes {

    private OwnTypes() {}

    /**
     * Chooses for a class that passes {@link #require}.
     *
     * @return a serializer for this Kryo
     */
    static Serializer serializer(Kryo kryo, Class<?> type) {
        Registration known = kryo.getClassResolver().getRegistration(type);
        if (known != null) {
            return known.getSerializer();
        }
        if (isTheCallers(type) || type.isArray() || type.isEnum()) {
            return kryo.getDefaultSerializer(type);
        }
        if (type.isRecord()) {
            return new CheckedRecordSerializer<>(type);
        }
        Serializer asked = isOfTheJdk(type) ? JdkTypes.onRequest(type) : null;
        if (asked != null) {
            return asked;
        }
        Object only = Singleton.of(type);
        if (only != null) {
            return new Singleton(type, only);
        }
        if (Collection.class.isAssignableFrom(type)) {
            return new OwnCollections.Sequence();
        }
        return Map.class.isAssignableFrom(type)
                ? new OwnCollections.Mapping()
                : new CheckedFieldSerializer<>(kryo, type);
    }

    /**
     * Refuses a class of which something would be lost, or that cannot be made. Makes an instance.
     *
     * @param kryo the class is registered there
     */
    static void require(Kryo kryo, Class<?> type) {
        Serializer serializer = kryo.getRegistration(type).getSerializer();
        if (serializer instanceof Singleton || !(isAccess(serializer) || isTheCallers(type))) {
            return;
        }
        Object instance = instance(kryo, type);
        if (serializer instanceof CheckedFieldSerializer<?> fields) {
            requireSettable(type, fields.getFields(), instance);
        } else if (serializer instanceof OwnCollections.Checks checks) {
            checks.requireEmpty(instance);
        }
    }

    private static boolean isAccess(Serializer serializer) {
        return serializer instanceof CheckedFieldSerializer || serializer instanceof OwnCollections.Checks;
    }

    /** {@return whether the class can be registered without a serializer} */
    static boolean isAccepted(Class<?> type) {
        try {
            requireWhole(type);
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    /** Refuses a class before it is registered: what is wrong with it shows without Kryo. */
    static void requireWhole(Class<?> type) {
        if (isTheCallers(type)) {
            return;
        }
        if (!Registrations.isConcrete(type) || type.isAnnotation() || type.isPrimitive()) {
            throw new RefusedException(
                    type, "has no instances of its own", "register its subclasses, or make it sealed");
        }
        if (type.isArray() || type.isEnum() || type.isRecord() || Singleton.of(type) != null) {
            return;
        }
        if (isOfTheJdk(type)) {
            if (JdkTypes.onRequest(type) == null) {
                throw new RefusedException(
                        type,
                        "is not among the types of the JDK that come back as they are",
                        "copy it into one that docs/codecs.md names, or " + RefusedException.serializerFor(type));
            }
            return;
        }
        requireNamed(type);
        if (Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type)) {
            OwnCollections.requireWhole(type);
        } else {
            requireFields(type);
        }
    }

    private static void requireNamed(Class<?> type) {
        if (type.isAnonymousClass() || type.isHidden() || type.isSynthetic()) {
            throw new RefusedException(
                    type, "has no name of its own, like a lambda", "make it a record or a named class");
        }
        if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
            throw new RefusedException(type, "belongs to an instance of another class", "make it static, or a record");
        }
    }

    private static void requireFields(Class<?> type) {
        for (Class<?> part = type; part != null && part != Object.class; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    requireField(type, part, field);
                }
            }
        }
        if (!hasEquals(type) && hasConstants(type)) {
            throw new RefusedException(
                    type,
                    "has constants that only its own code can make, and that are told apart by identity",
                    "make it an enum or a record, or give it equals and hashCode");
        }
    }

    private static void requireField(Class<?> type, Class<?> part, Field field) {
        String serializer = RefusedException.serializerFor(type);
        if (isOfTheJdk(part)) {
            throw new RefusedException(
                    type,
                    "extends " + part.getName() + ", whose state cannot be reached",
                    "make it a record, or " + serializer);
        }
        if (Modifier.isTransient(field.getModifiers())) {
            throw new RefusedException(
                    type,
                    "has the transient field " + field.getName() + ", which would be lost",
                    "drop transient, or " + serializer);
        }
        if (field.isSynthetic()) {
            throw new RefusedException(
                    type, "refers to what surrounds it (" + field.getName() + ")", "make it static, or a record");
        }
        if (field.isAnnotationPresent(FieldSerializer.Optional.class)) {
            throw new RefusedException(
                    type,
                    "has a field, " + field.getName() + ", that Kryo leaves out",
                    "drop its annotation, or " + serializer);
        }
    }

    /** {@return whether there are constants of the class that its users cannot make: an enum written by hand} */
    private static boolean hasConstants(Class<?> type) {
        if (Arrays.stream(type.getDeclaredConstructors()).anyMatch(made -> !Modifier.isPrivate(made.getModifiers()))) {
            return false;
        }
        Set<Class<?>> supertypes = new LinkedHashSet<>();
        addWithSupertypes(type, supertypes);
        try {
            for (Class<?> around = type.getDeclaringClass(); around != null; around = around.getDeclaringClass()) {
                if (Arrays.stream(around.getDeclaredFields())
                        .anyMatch(field -> field.getType() == type && isConstant(field))) {
                    return true;
                }
            }
            return supertypes.stream()
                    .flatMap(place -> Arrays.stream(place.getDeclaredFields()))
                    .anyMatch(field -> isConstantOf(type, field));
        } catch (LinkageError e) {
            return false; // a class around it, or above it, is not complete here: nothing is known of its constants
        }
    }

    private static void addWithSupertypes(@Nullable Class<?> type, Set<Class<?>> places) {
        if (type == null || isOfTheJdk(type) || !places.add(type)) {
            return;
        }
        addWithSupertypes(type.getSuperclass(), places);
        for (Class<?> each : type.getInterfaces()) {
            addWithSupertypes(each, places);
        }
    }

    private static boolean isConstant(Field field) {
        return Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
    }

    private static boolean isConstantOf(Class<?> type, Field field) {
        if (!isConstant(field) || !field.getType().isAssignableFrom(type)) {
            return false;
        }
        if (field.getType() == type) {
            return true;
        }
        Object constant = Singleton.constant(field);
        return constant != null && constant.getClass() == type;
    }

    private static Object instance(Kryo kryo, Class<?> type) {
        try {
            return kryo.newInstance(type);
        } catch (RuntimeException | LinkageError e) {
            boolean plain = Instances.hasPlainConstructor(type);
            throw new RefusedException(
                    type,
                    "cannot be made" + (plain ? " by its constructor without arguments" : ""),
                    "make it a record, or "
                            + (plain ? "let that constructor succeed" : "add a constructor without arguments")
                            + ", in a package that is open to com.esotericsoftware.kryo",
                    e);
        }
    }

    // A JDK may forbid to set final fields.
    private static void requireSettable(Class<?> type, FieldSerializer.CachedField[] fields, Object instance) {
        for (FieldSerializer.CachedField cached : fields) {
            Field field = cached.getField();
            try {
                if (Modifier.isFinal(field.getModifiers())) {
                    field.set(instance, field.get(instance));
                }
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw new RefusedException(
                        type,
                        "has the final field " + field.getName() + ", which cannot be set",
                        "make it a record",
                        e);
            }
        }
    }

    /** {@return whether the caller's own code reads and writes the class} */
    private static boolean isTheCallers(Class<?> type) {
        return type.isAnnotationPresent(DefaultSerializer.class) || KryoSerializable.class.isAssignableFrom(type);
    }

    /** {@return whether the class compares itself by content} */
    static boolean hasEquals(Class<?> type) {
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has equals", e);
        }
    }

    static boolean isOfTheJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader.equals(ClassLoader.getPlatformClassLoader());
    }
}
