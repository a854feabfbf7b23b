package io.apicache.codec;

import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Values of the JDK, made by whatever its public constructors and static methods make of arguments that are made the same way, and by the
 * views that collections give of themselves. No list of types stands here, only one of what must not be called.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // all by reflection
final class JdkValues {

    /** What may be called: value classes and collections. */
    private static final Map<String, String> PACKAGES = Map.of(
            "java/lang", "java.base",
            "java/math", "java.base",
            "java/net", "java.base",
            "java/time", "java.base",
            "java/util", "java.base",
            "java/util/concurrent", "java.base",
            "java/util/concurrent/atomic", "java.base",
            "java/util/regex", "java.base",
            "java/sql", "java.sql");

    /** What starts threads, opens files or sockets, asks for names in the network, or changes the JVM. */
    private static final Set<String> LEFT_OUT = Set.of(
            "java.lang.IO",
            "java.lang.Runtime",
            "java.lang.System",
            "java.lang.Thread",
            "java.lang.ThreadGroup",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.lang.Compiler",
            "java.lang.StackWalker",
            "java.lang.Module",
            "java.lang.ModuleLayer",
            "java.lang.ClassLoader",
            "java.lang.Class",
            "java.net.InetAddress",
            "java.net.Inet4Address",
            "java.net.Inet6Address",
            "java.net.InetSocketAddress",
            "java.net.NetworkInterface",
            "java.net.URL",
            "java.net.URLConnection",
            "java.net.HttpURLConnection",
            "java.sql.DriverManager",
            "java.util.Formatter",
            "java.util.Scanner",
            "java.util.Timer",
            "java.util.ResourceBundle",
            "java.util.ServiceLoader",
            "java.util.concurrent.Executors",
            "java.util.concurrent.StructuredTaskScope",
            "java.util.concurrent.Flow");

    private static final int DEEPEST = 3;

    private final SplittableRandom random;
    private final List<Executable> makers = new ArrayList<>();
    private final Map<Class<?>, List<Executable>> byResult = new LinkedHashMap<>();
    private final Map<Class<?>, List<Method>> views = new LinkedHashMap<>();

    /** Whether a number may be anything: it is no size and no capacity. */
    private boolean extreme;

    JdkValues(long seed) {
        random = new SplittableRandom(seed);
        for (Class<?> type : publicClasses()) {
            Stream.concat(
                            Modifier.isAbstract(type.getModifiers())
                                    ? Stream.empty()
                                    : Stream.of(type.getConstructors()).filter(JdkValues::isQuick),
                            Stream.of(type.getMethods()).filter(method -> isFactory(type, method)))
                    .sorted(Comparator.comparing(Executable::toGenericString))
                    .forEach(makers::add);
        }
    }

    /** {@return the public classes that have instances, or make some} */
    static List<Class<?>> publicClasses() {
        List<Class<?>> classes = new ArrayList<>();
        PACKAGES.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            Path folder = FileSystems.getFileSystem(URI.create("jrt:/"))
                    .getPath("/modules/" + entry.getValue() + "/" + entry.getKey());
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                        .sorted()
                        .map(name -> entry.getKey().replace('/', '.') + "." + name.substring(0, name.length() - 6))
                        .map(JdkValues::load)
                        .filter(JdkValues::isUsable)
                        .forEach(classes::add);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        return classes;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, null);
        } catch (ClassNotFoundException e) {
            try {
                return Class.forName(name, false, ClassLoader.getPlatformClassLoader());
            } catch (ClassNotFoundException missing) {
                throw new AssertionError(missing);
            }
        }
    }

    private static boolean isUsable(Class<?> type) {
        String name = type.getName();
        return Modifier.isPublic(type.getModifiers())
                && !LEFT_OUT.contains(name)
                && !name.contains("Socket")
                && !name.contains("Executor")
                && !name.contains("ForkJoin")
                && !name.contains("ClassLoader")
                && !name.contains("Security")
                && !name.contains("Permission");
    }

    private static boolean isFactory(Class<?> type, Method method) {
        return method.getDeclaringClass() == type
                && Modifier.isStatic(method.getModifiers())
                && !method.getReturnType().isPrimitive()
                && !method.getName().equals("probablePrime")
                && !method.getName().startsWith("supplyAsync")
                && !method.getName().startsWith("runAsync");
    }

    // Large primes take minutes.
    private static boolean isQuick(Constructor<?> constructor) {
        return !constructor.toString().contains("BigInteger(int,int,");
    }

    int makers() {
        return makers.size();
    }

    /** {@return what a constructor or static method makes, or null if it does not take the arguments} */
    Object madeBy(int maker) {
        return call(makers.get(maker), null, 0);
    }

    /** {@return a value of this class, or null if none was made} */
    Object of(Class<?> type) {
        return value(type, 0);
    }

    /** {@return any value; a view of it in some cases} */
    Object next() {
        return value(Object.class, 0);
    }

    SplittableRandom random() {
        return random;
    }

    /** {@return a view that a collection or map gives of itself, or the value} */
    Object view(Object of) {
        if (!(of instanceof Collection || of instanceof Map)) {
            return of;
        }
        List<Method> ways = views.computeIfAbsent(of.getClass(), JdkValues::viewsOf);
        Object view = call(ways.get(random.nextInt(ways.size())), of, DEEPEST);
        return view == null ? of : view;
    }

    private static List<Method> viewsOf(Class<?> type) {
        List<Class<?>> faces = new ArrayList<>(List.of(Collection.class, List.class, Set.class, NavigableSet.class));
        faces.addAll(List.of(Map.class, NavigableMap.class));
        return faces.stream()
                .filter(face -> face.isAssignableFrom(type))
                .flatMap(face -> Stream.of(face.getMethods()))
                .filter(method -> !Modifier.isStatic(method.getModifiers())
                        && (Collection.class.isAssignableFrom(method.getReturnType())
                                || Map.class.isAssignableFrom(method.getReturnType())
                                || method.getReturnType() == Object[].class))
                .sorted(Comparator.comparing(Method::toGenericString))
                .toList();
    }

    private Object call(Executable maker, Object receiver, int depth) {
        Class<?>[] types = maker.getParameterTypes();
        Object[] arguments = new Object[types.length];
        String name = maker.getDeclaringClass().getName();
        extreme = name.startsWith("java.time.") || name.startsWith("java.math.BigDecimal");
        for (int i = 0; i < types.length; i++) {
            arguments[i] = value(types[i], depth + 1);
            if (arguments[i] == null) {
                return null;
            }
        }
        try {
            return maker instanceof Constructor<?> constructor
                    ? constructor.newInstance(arguments)
                    : ((Method) maker).invoke(receiver, arguments);
        } catch (ReflectiveOperationException | RuntimeException refused) {
            return null;
        }
    }

    private Object value(Class<?> type, int depth) {
        Object simple = simple(type, depth);
        if (simple != null) {
            return simple;
        }
        if (type.isArray()) {
            return array(type.getComponentType(), depth);
        }
        List<Executable> ways = byResult.computeIfAbsent(type, this::makersOf);
        for (int tries = 0; tries < 8 && !ways.isEmpty() && depth <= DEEPEST; tries++) {
            Object made = call(ways.get(random.nextInt(ways.size())), null, depth);
            if (type.isInstance(made)) {
                return random.nextInt(6) == 0 ? whole(type, made) : made;
            }
        }
        return null;
    }

    private Object whole(Class<?> type, Object made) {
        Object view = view(made);
        return type.isInstance(view) ? view : made;
    }

    private List<Executable> makersOf(Class<?> type) {
        return makers.stream()
                .filter(maker -> type.isAssignableFrom(
                        maker instanceof Method method ? method.getReturnType() : maker.getDeclaringClass()))
                .toList();
    }

    private Object array(Class<?> component, int depth) {
        int length = random.nextInt(5);
        Object array = Array.newInstance(component, length);
        for (int i = 0; i < length; i++) {
            Object element = value(component, depth + 1);
            if (element == null) {
                return null;
            }
            Array.set(array, i, element);
        }
        return array;
    }

    private Object simple(Class<?> type, int depth) {
        if (type == boolean.class || type == Boolean.class) {
            return random.nextBoolean();
        }
        if (type.isPrimitive()
                || (Number.class == type.getSuperclass() && type.getName().startsWith("java.lang."))) {
            return number(type);
        }
        if (type == Character.class) {
            return (char) random.nextInt(65_536);
        }
        if (type == String.class || type == CharSequence.class) {
            return text();
        }
        if (type == Object.class || type == Comparable.class) {
            return element(depth);
        }
        if (type == Class.class) {
            return random.nextBoolean() ? String.class : Zoo.Planet.class;
        }
        if (type == Enum.class) {
            return random.nextBoolean() ? Zoo.Planet.EARTH : Zoo.Planet.MARS;
        }
        if (type == Comparator.class) {
            List<Comparator> all = List.of(
                    Comparator.comparing(Object::toString),
                    Comparator.naturalOrder(),
                    Comparator.reverseOrder(),
                    String.CASE_INSENSITIVE_ORDER,
                    Collections.reverseOrder());
            return all.get(random.nextInt(all.size()));
        }
        return type == Function.class ? Function.identity() : null;
    }

    private Object element(int depth) {
        return switch (random.nextInt(8)) {
            case 0 -> number(int.class);
            case 1, 2, 3 -> text();
            default -> {
                Object made = depth > DEEPEST ? null : madeAt(random.nextInt(makers.size()), depth);
                yield made == null ? text() : made;
            }
        };
    }

    private Object madeAt(int maker, int depth) {
        return call(makers.get(maker), null, depth + 1);
    }

    // Mostly small: sizes and capacities are among them.
    private Object number(Class<?> type) {
        long number = switch (random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(-100_000, 100_000);
            case 2 -> -random.nextInt(20);
            case 3, 4, 5 -> random.nextInt(4);
            default -> random.nextInt(60);
        };
        if (type == long.class || type == Long.class) {
            return number;
        }
        if (type == double.class || type == Double.class) {
            return random.nextBoolean() ? (double) number : Double.longBitsToDouble(random.nextLong());
        }
        if (type == float.class || type == Float.class) {
            return random.nextBoolean() ? (float) number : Float.intBitsToFloat(random.nextInt());
        }
        if (type == short.class || type == Short.class) {
            return (short) number;
        }
        if (type == byte.class || type == Byte.class) {
            return (byte) number;
        }
        if (type == char.class) {
            return (char) random.nextInt(65_536);
        }
        return extreme ? (int) number : (int) Math.max(-1_000, Math.min(1_000, number));
    }

    private String text() {
        List<String> known = List.of(
                "",
                "a",
                "de",
                "zh-Hant-TW",
                "EUR",
                "Europe/Paris",
                "UTC+01:00",
                "2026-01-02",
                "a:b",
                "../a",
                "http://h/a?b#c",
                "12.50",
                "b\u0000");
        if (random.nextInt(3) > 0) {
            return known.get(random.nextInt(known.size()));
        }
        char[] text = new char[random.nextInt(80)];
        int most = List.of(128, 256, 2_048, 65_536).get(random.nextInt(4));
        for (int i = 0; i < text.length; i++) {
            text[i] = (char) random.nextInt(most);
        }
        return new String(text);
    }
}
