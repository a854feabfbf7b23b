package io.apicache.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.tck.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryBoundsTest {

    private final ManualTime time = new ManualTime();
    private final List<ApiCache<?>> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(ApiCache::close);
    }

    private MemoryStore.Builder<String> store() {
        return MemoryStore.<String>builder().time(time);
    }

    private ApiCache<String> over(MemoryStore<String> store) {
        ApiCache<String> cache = ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .keepFor(Duration.ofMinutes(1))
                .build();
        open.add(cache);
        return cache;
    }

    private static Receipt<String> receive(ApiCache<String> cache, String id) {
        return cache.receiveAndWait(id, Duration.ZERO);
    }

    private static void handle(ApiCache<String> cache, String id, String response) {
        ((FirstSeen<String>) receive(cache, id)).handle(response);
    }

    @Test
    @DisplayName("M1 a full store refuses new claims, names the fix, and forgets nothing")
    void aFullStoreRefuses() {
        MemoryStore<String> store = store().maximumRecords(3).build();
        ApiCache<String> cache = over(store);
        for (int i = 0; i < 3; i++) {
            handle(cache, "id-" + i, "response " + i);
        }

        assertThatThrownBy(() -> receive(cache, "one more"))
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        refused -> assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED))
                .hasMessageContaining("full")
                .hasMessageContaining("raise the maximum");

        for (int i = 0; i < 3; i++) {
            assertThat(receive(cache, "id-" + i)).isInstanceOf(Cached.class);
        }
        assertThat(store.stats().refused()).isPositive();
    }

    @Test
    @DisplayName("M1 what has expired makes room for what is new")
    void expiredRecordsMakeRoom() {
        ApiCache<String> cache = over(store().maximumRecords(3).build());
        for (int i = 0; i < 3; i++) {
            handle(cache, "id-" + i, "response");
        }

        time.advance(Duration.ofMinutes(1));

        assertThat(receive(cache, "one more")).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName("M1 expiry keeps up with any rate of writing")
    void expiryKeepsUp() {
        MemoryStore<String> store = store().maximumRecords(1_000_000).build();
        ApiCache<String> cache = over(store);
        for (int i = 0; i < 10_000; i++) {
            ((FirstSeen<String>) receive(cache, "old-" + i)).handle("response", Duration.ofMillis(50));
        }

        time.advance(Duration.ofMillis(100));
        for (int i = 0; i < 200; i++) {
            handle(cache, "new-" + i, "response");
        }

        assertThat(store.toString()).contains(" 200 responses"); // without stats(), which tidies up itself
        assertThat(store.stats().expired()).isEqualTo(10_000);
    }

    @Test
    @DisplayName("M1 a record that is replaced a thousand times leaves one trace")
    void replacedRecordsLeaveNothing() {
        MemoryStore<String> store = store().build();
        ApiCache<String> cache = over(store);
        for (int i = 0; i < 1_000; i++) {
            handle(cache, "id", "response " + i);
            cache.invalidate("id");
        }
        handle(cache, "id", "last");

        time.advance(Duration.ofMinutes(2));

        assertThat(store.stats().expired()).isEqualTo(1);
        assertThat(store.stats().responses()).isZero();
    }

    @Test
    @DisplayName("M1 an evicting store stays within its bound, and never evicts a claim")
    void claimsAreNeverEvicted() {
        MemoryStore<String> store = store().maximumRecords(100).evictWhenFull().build();
        ApiCache<String> cache = over(store);
        List<FirstSeen<String>> claims = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            claims.add((FirstSeen<String>) receive(cache, "claim-" + i));
        }

        for (int i = 0; i < 5_000; i++) {
            handle(cache, "id-" + i, "response");
        }

        MemoryStats stats = store.stats();
        assertThat(stats.responses()).isBetween(1L, 100L);
        assertThat(stats.evicted()).isEqualTo(5_000 - stats.responses());
        assertThat(stats.pending()).isEqualTo(50);
        claims.forEach(claim -> claim.handle("in the end"));
        assertThat(store.stats().pending()).isZero();
    }

    @Test
    @DisplayName("M1 claims that nobody finishes are bounded too")
    void claimsAreBounded() {
        ApiCache<String> cache = over(store().maximumPending(10).evictWhenFull().build());
        for (int i = 0; i < 10; i++) {
            receive(cache, "claim-" + i);
        }

        assertThatThrownBy(() -> receive(cache, "one more")).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    @DisplayName("M1 weight is what the weigher says, and goes down again")
    void weightIsCounted() {
        MemoryStore<String> store = store().maximumWeight(10, String::length).build();
        ApiCache<String> cache = over(store);
        handle(cache, "a", "12345");
        handle(cache, "b", "1234");

        assertThat(store.stats().weight()).isEqualTo(9);
        handle(cache, "c", "a response is stored even if it is heavier than what is left: the work is done");
        assertThatThrownBy(() -> receive(cache, "d")).isInstanceOf(StoreUnavailableException.class);
        cache.invalidate("c");
        assertThat(receive(cache, "d")).isInstanceOf(FirstSeen.class);
        assertThat(store.stats().weight()).isEqualTo(9);
    }

    @Test
    @DisplayName("M1 a claim whose owner has vanished does not stay for ever")
    void forgottenClaimsEnd() {
        MemoryStore<String> store = store().build();
        ManualTime stopped = new ManualTime(); // the timer of a process that has died
        ApiCache<String> dead = ApiCache.over(store)
                .time(time)
                .scheduler(stopped.scheduler())
                .lease(Duration.ofSeconds(1))
                .build();
        dead.receiveAndWait("id", Duration.ZERO);
        assertThat(store.stats().pending()).isEqualTo(1);

        time.advance(Duration.ofSeconds(3));

        assertThat(store.stats().pending()).isZero();
        dead.close();
    }

    @Test
    @DisplayName("B1 a bound below one is refused by name")
    void boundsAreChecked() {
        assertThatThrownBy(() -> store().maximumRecords(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maximum");
        assertThatThrownBy(() -> store().maximumPending(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maximumPending");
    }

    @Test
    @DisplayName("Z1 a closed store forgets everything and says so")
    void aClosedStoreSaysSo() {
        MemoryStore<String> store = store().build();
        ApiCache<String> cache = over(store);
        handle(cache, "id", "response");

        store.close();
        store.close();

        assertThatThrownBy(() -> receive(cache, "id"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("closed");
        assertThat(store.stats().responses()).isZero();
    }

    @Test
    void aCopyingStoreGivesEveryReceiverItsOwn() {
        MemoryStore<byte[]> bytes = MemoryStore.<byte[]>builder()
                .time(time)
                .maximumWeight(1_000, stored -> stored.length)
                .build();
        ApiCache<StringBuilder> cache =
                ApiCache.over(MemoryStore.copying(bytes, new TextCodec())).build();
        open.add(cache);
        StringBuilder ours = new StringBuilder("response");
        ((FirstSeen<StringBuilder>) cache.receiveAndWait("id", Duration.ZERO)).handle(ours);
        ours.append(" changed by the owner");

        Cached<StringBuilder> first = (Cached<StringBuilder>) cache.receiveAndWait("id", Duration.ZERO);
        first.response().append(" changed by a receiver");
        Cached<StringBuilder> second = (Cached<StringBuilder>) cache.receiveAndWait("id", Duration.ZERO);

        assertThat(second.response()).hasToString("response");
        assertThat(bytes.stats().weight()).isEqualTo(8);
    }

    @Test
    void ageAndTimeOfHandlingFollowTheClock() {
        ApiCache<String> cache = over(store().build());
        handle(cache, "id", "response");
        Cached<String> hit = (Cached<String>) receive(cache, "id");
        assertThat(hit.handledAt()).isEqualTo(time.instant());

        time.advance(Duration.ofSeconds(7));

        assertThat(hit.age()).isEqualTo(Duration.ofSeconds(7));
        assertThat(hit.handledAt()).isEqualTo(time.instant().minusSeconds(7));
    }
}
