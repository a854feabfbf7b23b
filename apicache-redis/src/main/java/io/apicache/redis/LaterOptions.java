package io.apicache.redis;

import io.lettuce.core.ClientOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Options that came after the oldest client that is supported. They are looked up by name when a client is made, and left alone where
 * the client does not have them.
 */
final class LaterOptions {

    private LaterOptions() {}

    static void set(ClientOptions.Builder builder) {
        // 7.0: the server announces its maintenance. A connection that breaks is mended without.
        set(builder, "maintNotificationsConfig", "io.lettuce.core.MaintNotificationsConfig", "disabled");
        // 6.6: a provider that streams credentials hands new ones to the connections that are open, before the old ones
        // end.
        setConstant(
                builder,
                "reauthenticateBehavior",
                "io.lettuce.core.ClientOptions$ReauthenticateBehavior",
                "ON_NEW_CREDENTIALS");
    }

    /** Sets an option to what a static method of its type returns. */
    private static void set(ClientOptions.Builder builder, String option, String type, String factory) {
        invoke(builder, option, type, values -> values.getMethod(factory).invoke(null));
    }

    /** Sets an option to a constant of its type. */
    private static void setConstant(ClientOptions.Builder builder, String option, String type, String constant) {
        invoke(builder, option, type, values -> values.getField(constant).get(null));
    }

    private static void invoke(ClientOptions.Builder builder, String option, String type, Value value) {
        try {
            Class<?> values = Class.forName(type, true, ClientOptions.class.getClassLoader());
            Method setter = ClientOptions.Builder.class.getMethod(option, values);
            setter.invoke(builder, value.of(values));
        } catch (ClassNotFoundException | NoSuchMethodException | NoSuchFieldException e) {
            // An earlier client, which does not do what the option is about.
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("the client's option " + option + " cannot be set", e);
        }
    }

    @FunctionalInterface
    private interface Value {
        Object of(Class<?> type)
                throws NoSuchMethodException, NoSuchFieldException, IllegalAccessException, InvocationTargetException;
    }
}
