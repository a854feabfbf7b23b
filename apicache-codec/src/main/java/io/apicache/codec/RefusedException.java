package io.apicache.codec;

import org.jspecify.annotations.Nullable;

/** A class or a value that would not come back as it is. The message names it and the remedy. It reaches the caller as it is. */
class RefusedException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }

    RefusedException(Class<?> type, String reason, String remedy) {
        this(type, reason, remedy, null);
    }

    RefusedException(Class<?> type, String reason, String remedy, @Nullable Throwable cause) {
        super(type.getName() + " " + reason + ". Remedy: " + remedy, cause);
    }

    /** {@return the call that gives a class a serializer of the caller's, as a remedy} */
    static String serializerFor(Class<?> type) {
        String name = type.getSimpleName().isEmpty() ? "its" : type.getSimpleName() + ".";
        return "register(id, " + name + "class, serializer)";
    }
}
