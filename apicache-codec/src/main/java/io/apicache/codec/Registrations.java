package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The caller's classes by id. A sealed type stands for itself, if it has instances, and for its permitted subclasses, in the order in which
 * it permits them.
 *
 * <p><b>Thread-safety:</b> one thread while building; not changed after that.
 */
final class Registrations {

    /** The first id for the caller's classes: below are Kryo's and the JDK's. */
    static final int FIRST_ID = 100;

    /** The last one, so that no id takes more than three bytes. */
    static final int LAST_ID = 65_535;

    private final TreeMap<Integer, Registered> byId = new TreeMap<>();
    private int nextId = FIRST_ID;

    /** A class and what reads and writes it, null for Kryo's own choice. */
    record Registered(Class<?> type, @Nullable Supplier<? extends Serializer<?>> serializer) {}

    /** Takes the next free id. */
    void add(Class<?> type) {
        if (isKnownToKryo(type) || contains(type)) {
            return;
        }
        if (isConcrete(type)) {
            while (byId.containsKey(nextId)) {
                nextId++;
            }
            add(nextId, new Registered(type, null));
            if (type.isSealed() && !type.isEnum() && !OwnTypes.isOfTheJdk(type)) {
                addAcceptedSubclasses(type);
            }
            return;
        }
        addSubclasses(type);
    }

    void add(int id, Registered registered) {
        if (id < FIRST_ID || id > LAST_ID) {
            throw new IllegalArgumentException("id: " + id + " is not between " + FIRST_ID + " and " + LAST_ID);
        }
        if (contains(registered.type())) {
            throw new IllegalArgumentException(registered.type().getName()
                    + " is registered already, perhaps as a subclass of a sealed class: register it before that one");
        }
        if (registered.serializer() == null && !isKnownToKryo(registered.type())) {
            OwnTypes.requireWhole(registered.type());
        }
        Registered other = byId.putIfAbsent(id, registered);
        if (other != null) {
            throw new IllegalArgumentException(
                    "id: " + id + " is taken by " + other.type().getName());
        }
    }

    Registrations copy() {
        Registrations copy = new Registrations();
        copy.byId.putAll(byId);
        copy.nextId = nextId;
        return copy;
    }

    Map<Integer, Registered> byId() {
        return byId;
    }

    void register(Kryo kryo) {
        byId.forEach((id, registered) -> {
            Supplier<? extends Serializer<?>> serializer = registered.serializer();
            kryo.register(
                    registered.type(), serializer == null ? chosen(kryo, registered.type()) : serializer.get(), id);
        });
    }

    /** Refuses classes that cannot be made. Their constructors run. */
    void require(Kryo kryo) {
        byId.values().forEach(registered -> {
            if (registered.serializer() == null) {
                OwnTypes.require(kryo, registered.type());
            }
        });
    }

    private static Serializer<?> chosen(Kryo kryo, Class<?> type) {
        try {
            return OwnTypes.serializer(kryo, type);
        } catch (RefusedException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw new RefusedException(
                    type,
                    "has fields that Kryo cannot reach (" + e.getClass().getSimpleName() + ")",
                    "make it a record, open its package to com.esotericsoftware.kryo, or run with -Dkryo.unsafe=false",
                    e);
        }
    }

    private boolean contains(Class<?> type) {
        return byId.values().stream().anyMatch(registered -> registered.type() == type);
    }

    private void addSubclasses(Class<?> type) {
        if (!type.isSealed() || OwnTypes.isOfTheJdk(type)) {
            throw new RefusedException(
                    type, "has no instances of its own", "register its subclasses, or make it sealed");
        }
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            add(permitted);
        }
    }

    /** Those that can be sent: the class itself may be all that is ever sent. */
    private void addAcceptedSubclasses(Class<?> type) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            boolean standsForOthers = !isConcrete(permitted) && permitted.isSealed();
            if (standsForOthers) {
                addAcceptedSubclasses(permitted);
            } else if (OwnTypes.isAccepted(permitted)) {
                add(permitted);
            }
        }
    }

    static boolean isConcrete(Class<?> type) {
        return type.isArray() || type.isEnum() || !Modifier.isAbstract(type.getModifiers());
    }

    private static boolean isKnownToKryo(Class<?> type) {
        return KnownToKryo.KRYO.getClassResolver().getRegistration(type) != null;
    }

    /** An instance that is only asked what it knows. */
    private static final class KnownToKryo {
        static final Kryo KRYO = new StrictKryo(Object.class, 1, false);
    }
}
