package io.apicache.codec;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a record class consists of.
 *
 * @param byName the components by name, which is their order in what Kryo writes
 * @param constructor the canonical one
 * @param loose those components of which equality does not tell everything
 * @param comparesAll whether {@code equals} is the compiler's, which compares all components
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RecordShape(Part[] byName, Part[] loose, Constructor<?> constructor, boolean comparesAll) {

    /** {@return the shape, or null if the record's package is not open to this module} */
    static @Nullable RecordShape of(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Part[] parts = new Part[components.length];
        try {
            for (int i = 0; i < parts.length; i++) {
                types[i] = components[i].getType();
                parts[i] = part(type, components[i], i);
            }
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            Arrays.sort(parts, Comparator.comparing(Part::name));
            // What a compiler adds is final; what people write seldom is, in a class that is final in any case.
            Method equals = type.getMethod("equals", Object.class);
            Part[] loose = Arrays.stream(parts).filter(Part::mayHoldLoose).toArray(Part[]::new);
            return new RecordShape(parts, loose, constructor, Modifier.isFinal(equals.getModifiers()));
        } catch (RuntimeException | ReflectiveOperationException e) {
            return null;
        }
    }

    private static Part part(Class<?> type, RecordComponent component, int index) throws ReflectiveOperationException {
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        Field field = type.getDeclaredField(component.getName());
        field.setAccessible(true);
        return new Part(component.getName(), component.getType(), index, accessor, field);
    }

    /** A component: its place among the constructor's parameters, what returns it, and what holds it. */
    record Part(String name, Class<?> type, int index, Method accessor, Field field) {

        /** {@return what the accessor returns} */
        @Nullable
        Object returned(Object record) {
            try {
                return accessor.invoke(record);
            } catch (InvocationTargetException e) {
                String thrown = e.getTargetException().getClass().getSimpleName();
                throw new RefusedException(
                        record.getClass(),
                        "has an accessor " + name + " that throws " + thrown,
                        "let it return what the constructor keeps",
                        e);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("made accessible before", e);
            }
        }

        /** {@return what the record holds, whatever its accessor makes of it} */
        @Nullable
        Object held(Object record) {
            try {
                return field.get(record);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("made accessible before", e);
            }
        }

        /** {@return whether it may hold what is equal to something in another order, or changes without being another object} */
        boolean mayHoldLoose() {
            return Map.class.isAssignableFrom(type)
                    || Collection.class.isAssignableFrom(type)
                    || type.isAssignableFrom(LinkedHashMap.class)
                    || type.isAssignableFrom(LinkedHashSet.class)
                    || Loose.mayBeText(type);
        }
    }
}
