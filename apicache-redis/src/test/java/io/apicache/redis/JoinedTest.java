package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.redis.Joined.Entry;
import io.apicache.spi.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a process remembers of the records it has joined. */
class JoinedTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000); // a monotonic clock may overflow
    private final Joined joined = new Joined(now::get);
    private final KeyLayout layout = new KeyLayout("ac");

    private RecordName record(String id) {
        return layout.record(new Key("n", id));
    }

    private boolean isKnown(RecordName name) {
        return joined.get(KeyHash.of(name)) != null;
    }

    @Test
    @DisplayName(
            "M1 never more than a bounded number of joined records is remembered, and the oldest is forgotten first")
    void boundedNumber() {
        RecordName first = record("first");
        RecordName again = record("joined again");
        joined.add(first);
        joined.add(again);
        for (int i = 0; i < Joined.MOST - 1; i++) {
            joined.add(record("id" + i));
            if (i == 0) {
                joined.add(again);
            }
            assertThat(joined.size()).isLessThanOrEqualTo(Joined.MOST);
        }

        assertThat(joined.size()).isEqualTo(Joined.MOST);
        assertThat(isKnown(first)).isFalse();
        assertThat(isKnown(again)).isTrue();
        assertThat(isKnown(record("id" + (Joined.MOST - 2)))).isTrue();
    }

    @Test
    @DisplayName("E1 M1 a clock that fails changes nothing: the bytes are those of the records")
    void aClockThatFails() {
        boolean[] fails = {false};
        Joined spoilt = new Joined(() -> {
            if (fails[0]) {
                throw new OutOfMemoryError("planted");
            }
            return now.get();
        });
        spoilt.add(record("first"));
        long bytes = spoilt.bytes();
        fails[0] = true;
        for (int i = 0; i < 30_000; i++) {
            RecordName name = record(i % 2 == 0 ? "first" : "id" + i);
            assertThatThrownBy(() -> spoilt.add(name)).isInstanceOf(OutOfMemoryError.class);
        }
        fails[0] = false;

        assertThat(spoilt.size()).isEqualTo(1);
        assertThat(spoilt.bytes()).isEqualTo(bytes);
        spoilt.add(record("another"));
        assertThat(spoilt.size()).isEqualTo(2);
    }

    @Test
    @DisplayName("M1 the memory for joined records is bounded whatever the length of ids")
    void boundedBytes() {
        for (int i = 0; i < Joined.MOST; i++) {
            joined.add(record("x".repeat(1_000) + i));
            assertThat(joined.bytes()).isLessThanOrEqualTo(Joined.MOST_BYTES);
        }
        assertThat(joined.size()).isBetween(1_000, Joined.MOST / 2);
        assertThat(isKnown(record("x".repeat(1_000) + (Joined.MOST - 1)))).isTrue();
    }

    @Test
    @DisplayName("M1 what was joined long ago is forgotten, what was joined since is not, and nothing is counted twice")
    void forgetsTheOld() {
        RecordName old = record("old");
        RecordName renewed = record("renewed");
        joined.add(old);
        joined.add(renewed);
        now.addAndGet(Joined.FORGET_NANOS);
        joined.add(renewed);
        joined.forgetOld();
        assertThat(isKnown(old)).isTrue();

        now.incrementAndGet();
        joined.forgetOld();

        assertThat(isKnown(old)).isFalse();
        assertThat(isKnown(renewed)).isTrue();
        Entry entry = joined.get(KeyHash.of(renewed));
        joined.remove(KeyHash.of(renewed), entry);
        joined.remove(KeyHash.of(renewed), entry);
        assertThat(joined.size()).isZero();
        assertThat(joined.bytes()).isZero();
    }

    @Test
    @DisplayName("M1 hashes of one hash code are told apart in order, so that a map of them does not become a list")
    void collisions() {
        List<KeyHash> sameCode = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            // The two halves of a long are added up by its hash code.
            sameCode.add(new KeyHash(((long) i << 32) | i, 7));
        }
        assertThat(sameCode).extracting(KeyHash::hashCode).containsOnly(new KeyHash(0, 7).hashCode());

        assertThat(sameCode).isSortedAccordingTo(KeyHash::compareTo);
        for (int i = 1; i < sameCode.size(); i++) {
            assertThat(sameCode.get(i).compareTo(sameCode.get(i - 1))).isPositive();
        }
        assertThat(Comparable.class).isAssignableFrom(KeyHash.class);
        assertThat(new KeyHash(1, 2)).isEqualByComparingTo(new KeyHash(1, 2)).isLessThan(new KeyHash(1, 3));
    }
}
