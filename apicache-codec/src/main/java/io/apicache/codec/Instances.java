package io.apicache.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes instances of classes that have no constructor without arguments, as the JDK's own serialization does: all fields are set after
 * that. The JDK exports the way for serialization libraries in {@code jdk.unsupported}; it does not need {@code sun.misc.Unsafe}.
 */
final class Instances {

    /** The constructor of a class that has none without arguments, null for the others. */
    private static final ClassValue<Made> MADE = new ClassValue<>() {
        @Override
        protected Made computeValue(Class<?> type) {
            return new Made(hasPlainConstructor(type) ? null : bare(type));
        }
    };

    private Instances() {}

    /** A constructor, or null. A {@code ClassValue} cannot hold a null. */
    private record Made(@Nullable Constructor<?> constructor) {}

    static boolean hasPlainConstructor(Class<?> type) {
        return Arrays.stream(type.getDeclaredConstructors()).anyMatch(made -> made.getParameterCount() == 0);
    }

    /** {@return what makes an instance without running code of its class, or null if a constructor without arguments does} */
    static @Nullable Constructor<?> of(Class<?> type) {
        return MADE.get(type).constructor();
    }

    private static Constructor<?> bare(Class<?> type) {
        try {
            Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            MethodHandle get = lookup.findStatic(factory, "getReflectionFactory", MethodType.methodType(factory));
            MethodHandle make = lookup.findVirtual(
                    factory,
                    "newConstructorForSerialization",
                    MethodType.methodType(Constructor.class, Class.class, Constructor.class));
            return (Constructor<?>) make.invoke(get.invoke(), type, Object.class.getConstructor());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the module jdk.unsupported is missing", e);
        }
    }
}
