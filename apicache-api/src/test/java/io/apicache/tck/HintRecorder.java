package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps the hints that one process gets, and lets a test wait for them.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class HintRecorder implements Hints<String> {

    /** One hint, and the response if the message brought it along. */
    record Hint(Key key, Optional<Claimed.Handled<String>> response) {}

    private final LinkedBlockingQueue<Hint> waiting = new LinkedBlockingQueue<>();
    private final List<Hint> all = new CopyOnWriteArrayList<>();
    private final Consumer<Key> atOnce;

    HintRecorder() {
        this(key -> {});
    }

    /** Does something inside every hint, as an engine does that looks again. It must not block. */
    HintRecorder(Consumer<Key> atOnce) {
        this.atOnce = atOnce;
    }

    @Override
    public void changed(Key key) {
        keep(new Hint(key, Optional.empty()));
    }

    @Override
    public void handled(Key key, Claimed.Handled<String> response) {
        keep(new Hint(key, Optional.of(response)));
    }

    /** Says nothing about any one record, so it is no substitute for a hint. */
    @Override
    public void missed() {}

    private void keep(Hint hint) {
        atOnce.accept(hint.key());
        all.add(hint);
        waiting.add(hint);
    }

    /** {@return the next hint about a record; those about others are skipped} Fails if there is none in time. */
    Hint await(Key key, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Hint hint = null;
        do {
            hint = waiting.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } while (hint != null && !hint.key().equals(key));
        assertThat(hint).as("a hint about %s", key.id()).isNotNull();
        return hint;
    }

    /** {@return how many hints about a record have come} */
    long count(Key key) {
        return all.stream().filter(hint -> hint.key().equals(key)).count();
    }
}
