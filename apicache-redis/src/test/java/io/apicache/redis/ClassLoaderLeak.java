package io.apicache.redis;

import io.apicache.ApiCache;
import io.apicache.Codec;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a {@link ChildJvm}, in which no other test has started a thread before: an application with a class loader of its own
 * that opens a store, works and closes it. Prints "left" and the threads that are still there, once no more of them end.
 */
final class ClassLoaderLeak {

    private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

    private ClassLoaderLeak() {}

    /** Argument: the address of Redis. Every failure also ends what is waited for. */
    public static void main(String[] args) {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        ClassLoader usual = Thread.currentThread().getContextClassLoader();
        ClassLoader application = new ClassLoader(usual) {};
        Thread.currentThread().setContextClassLoader(application);
        try (RedisStore store = RedisStore.builder(args[0])
                        .commandTimeout(Duration.ofSeconds(4))
                        .startWhenUnavailable()
                        .connect();
                ApiCache<String> cache = ApiCache.over(store.as(Codec.utf8()))
                        .namespace("faults")
                        .build()) {
            Thread.currentThread().setContextClassLoader(usual);
            cache.execute("id", Duration.ofMinutes(4), () -> "response");
        } catch (Exception e) {
            System.out.println("left " + e);
            return;
        }
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!left(before, application).isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        System.out.println("left " + left(before, application));
    }

    /** {@return threads that hold the class loader of the application; a thread of the platform itself has none} */
    private static Set<String> left(Set<Thread> before, ClassLoader application) {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread)
                    && (application.equals(thread.getContextClassLoader())
                            || thread.getName().matches("(?i).*(lettuce|netty|apicache|CompletableFuture).*"))) {
                names.add(thread.getName());
            }
        }
        return names;
    }
}
