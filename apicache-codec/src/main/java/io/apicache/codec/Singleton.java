package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/** The one instance of a class without state, such as an {@code object} of Kotlin. It is read as what it is. */
final class Singleton extends Serializer<Object> {

    private final Class<?> type;
    private final Object only;

    Singleton(Class<?> type, Object only) {
        this.type = type;
        this.only = only;
        setImmutable(true);
    }

    /** {@return the only constant of a class that has no other instances, or null} */
    static @Nullable Object of(Class<?> type) {
        if (OwnTypes.isOfTheJdk(type) || hasState(type)) {
            return null;
        }
        for (Constructor<?> made : type.getDeclaredConstructors()) {
            if (!Modifier.isPrivate(made.getModifiers())) {
                return null;
            }
        }
        Object only = null;
        for (Field field : type.getDeclaredFields()) {
            if (field.getType() == type && Modifier.isStatic(field.getModifiers())) {
                if (only != null || !Modifier.isFinal(field.getModifiers())) {
                    return null;
                }
                only = constant(field);
            }
        }
        return only;
    }

    private static boolean hasState(Class<?> type) {
        for (Class<?> part = type; part != null && part != Object.class; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@return the value of a constant, or null if it cannot be had} */
    static @Nullable Object constant(Field field) {
        try {
            field.setAccessible(true);
            return field.get(null);
        } catch (IllegalAccessException | RuntimeException e) {
            return null;
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // whether it is the only instance
    public void write(Kryo kryo, Output output, Object object) {
        if (object != only) {
            throw new RefusedException(type, "has an instance besides its only constant", "make it an enum");
        }
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<? extends Object> read) {
        return only;
    }
}
