package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.apicache.ApiCacheListener;
import io.apicache.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ListenersTest {

    /** Writes down what it is told, under the names of {@link Happening}, and throws if it is to. */
    private record Scribe(List<String> told, List<RuntimeException> throwing) implements ApiCacheListener {

        Scribe(RuntimeException... throwing) {
            this(new ArrayList<>(), List.of(throwing));
        }

        private void write(String name, Object... about) {
            told.add(name + List.of(about));
            throwing.forEach(failure -> {
                throw failure;
            });
        }

        @Override
        public void received(String requestId, Outcome outcome) {
            write("received", requestId, outcome);
        }

        @Override
        public void waited(String requestId, Outcome outcome, Duration waited) {
            write("waited", requestId, outcome, waited);
        }

        @Override
        public void handled(String requestId, Duration work) {
            write("handled", requestId, work);
        }

        @Override
        public void released(String requestId) {
            write("released", requestId);
        }

        @Override
        public void leaseLost(String requestId) {
            write("leaseLost", requestId);
        }

        @Override
        public void takenOver(String requestId) {
            write("takenOver", requestId);
        }

        @Override
        public void ranUnprotected(String requestId) {
            write("ranUnprotected", requestId);
        }

        @Override
        public void storeFailed(String verb, StoreUnavailableException failure) {
            write("storeFailed", verb, failure.outcome());
        }
    }

    private static List<Happening> happenings() {
        return Happening.all("id");
    }

    @ParameterizedTest
    @MethodSource("happenings")
    void everyoneIsToldTheSameInOrder(Happening happening) {
        Scribe alone = new Scribe();
        Scribe first = new Scribe();
        Scribe second = new Scribe();
        happening.tell().accept(alone);

        happening.tell().accept(Listeners.all(first, second));

        assertThat(alone.told()).hasSize(1);
        assertThat(first.told()).isEqualTo(alone.told());
        assertThat(second.told()).isEqualTo(alone.told());
    }

    @ParameterizedTest
    @MethodSource("happenings")
    void whoThrowsKeepsTheOthersFromNothing(Happening happening) {
        RuntimeException one = new IllegalStateException("one");
        RuntimeException two = new IllegalStateException("two");
        Scribe last = new Scribe();
        ApiCacheListener all = Listeners.all(new Scribe(one), new Scribe(two), new Scribe(one), last);

        Throwable thrown = catchThrowable(() -> happening.tell().accept(all));

        assertThat(last.told()).hasSize(1);
        assertThat(thrown).isSameAs(one).hasSuppressedException(two);
    }
}
