package io.apicache.consumer;

import io.apicache.ApiCache;
import io.apicache.memory.MemoryStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

final class Main {

    private Main() {}

    public static void main(String... arguments) throws Exception {
        AtomicInteger executions = new AtomicInteger();
        try (ApiCache<String> cache = ApiCache.over(MemoryStore.<String>builder().evictWhenFull().build()).build()) {
            String first = cache.execute("id", Duration.ofSeconds(1), () -> "answer " + executions.incrementAndGet());
            String second = cache.execute("id", Duration.ofSeconds(1), () -> "answer " + executions.incrementAndGet());
            Module module = cache.getClass().getModule();
            if (!module.isNamed() || !second.equals(first) || executions.get() != 1) {
                throw new AssertionError(module + ": " + first + ", " + second + ", executions: " + executions);
            }
            System.out.println(first + ", given twice and computed once by " + module);
        }
    }
}
