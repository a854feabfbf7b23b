package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What tests in real time expect of caches. All waits end with the condition; a wait of some minutes is one that never ends. */
final class Expect {

    static final Duration LONG = Duration.ofMinutes(4);

    private Expect() {}

    static FirstSeen<String> firstSeen(ApiCache<String> cache, String id) {
        Receipt<String> receipt = cache.receiveAndWait(id, LONG);
        assertThat(receipt).isInstanceOf(FirstSeen.class);
        return (FirstSeen<String>) receipt;
    }

    static FirstSeen<String> firstSeen(CompletableFuture<Receipt<String>> waiter) throws Exception {
        return (FirstSeen<String>) told(waiter);
    }

    static String replayed(ApiCache<String> cache, String id) {
        Receipt<String> receipt = cache.receiveAndWait(id, LONG);
        assertThat(receipt).isInstanceOf(Cached.class);
        return ((Cached<String>) receipt).response();
    }

    static String response(CompletableFuture<Receipt<String>> waiter) throws Exception {
        return ((Cached<String>) told(waiter)).response();
    }

    static Receipt<String> told(CompletableFuture<Receipt<String>> waiter) throws Exception {
        return waiter.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    /** {@return what the call returns once the store answers in time: for caches that give up soon} */
    static <T> T patient(Supplier<T> call) {
        AtomicReference<T> answer = new AtomicReference<>();
        eventually("the store answers", () -> {
            try {
                answer.set(call.get());
                return true;
            } catch (StoreUnavailableException e) {
                return false;
            }
        });
        return answer.get();
    }

    static void eventually(String what, BooleanSupplier condition) {
        long patience = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(patience);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
