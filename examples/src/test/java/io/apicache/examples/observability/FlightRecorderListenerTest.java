package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCacheListener.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import jdk.jfr.Category;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("recordings are of the whole JVM, and some tests want none")
class FlightRecorderListenerTest {

    private static final String ID = "account-of-nobody-and-somebody";

    private final String namespace = "flight-" + UUID.randomUUID();
    private final FlightRecorderListener events = new FlightRecorderListener(namespace);

    @TempDir
    private Path directory;

    @Test
    void eachHappeningIsOneEventOfItsKind() throws IOException {
        List<Happening> happenings = Happening.all(ID);

        try (Flight flight = new Flight(namespace, directory)) {
            happenings.forEach(happening -> happening.tell().accept(events));

            assertThat(flight.events()).hasSameSizeAs(happenings);
            assertThat(flight.counts().keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            happenings.stream().map(Happening::name).toList());
        }
    }

    @Test
    void fieldsSayHowLongAndWhat() throws IOException {
        try (Flight flight = new Flight(namespace, directory)) {
            Happening.all(ID).forEach(happening -> happening.tell().accept(events));

            assertThat(of(flight, "apicache.Wait"))
                    .allSatisfy(event -> assertThat(event.getDuration("waited")).isEqualTo(Happening.LONG));
            assertThat(of(flight, "apicache.Handle"))
                    .allSatisfy(event -> assertThat(event.getDuration("work")).isEqualTo(Happening.LONG));
            assertThat(of(flight, "apicache.StoreFailed"))
                    .extracting(event -> event.getString("verb"))
                    .containsOnly("claim");
        }
    }

    private static List<RecordedEvent> of(Flight flight, String name) throws IOException {
        return flight.events().stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }

    @Test
    void anIdIsHashedTheSameEverywhereInAProcessAndFoundNowhere() throws IOException {
        try (Flight flight = new Flight(namespace, directory)) {
            Happening.all(ID).forEach(happening -> happening.tell().accept(events));
            events.released("another");

            assertThat(flight.events())
                    .filteredOn(event -> !event.getEventType().getName().equals("apicache.StoreFailed"))
                    .extracting(event -> event.getString("request"))
                    .allMatch(request -> request.matches("[0-9a-f]{16}"))
                    .satisfies(requests -> assertThat(Set.copyOf(requests)).hasSize(2));
            assertThat(flight.bytes()).contains(namespace).doesNotContain(ID, "nobody", "somebody");
        }
        assertThat(new HashedIds().apply(ID)).isNotEqualTo(new HashedIds().apply(ID));
    }

    @Test
    void nothingIsHashedWhileNobodyRecords() {
        AtomicInteger hashed = new AtomicInteger();
        FlightRecorderListener counted =
                new FlightRecorderListener(namespace, id -> "hash " + hashed.incrementAndGet());

        Happening.all(ID).forEach(happening -> happening.tell().accept(counted));

        assertThat(hashed).hasValue(0);
    }

    @Test
    void hitsAndShortTimesAreNotWrittenUnlessARecordingAsksForThem() {
        AtomicInteger hashed = new AtomicInteger();
        FlightRecorderListener counted =
                new FlightRecorderListener(namespace, id -> "hash " + hashed.incrementAndGet());

        try (Recording recording = new Recording()) {
            recording.start(); // with what every kind of event says of itself
            counted.received(ID, Outcome.CACHED);
            counted.waited(ID, Outcome.CACHED, Duration.ofNanos(9_999_999));
            counted.handled(ID, Duration.ofNanos(9_999_999));
            assertThat(hashed).hasValue(0);

            counted.waited(ID, Outcome.CACHED, Duration.ofMillis(10));
            counted.handled(ID, Duration.ofMillis(10));
            counted.released(ID);
            assertThat(hashed).hasValue(3);
        }
    }

    @Test
    void aRecordingSaysWhatIsLongEnoughForIt() throws IOException {
        try (Flight flight = new Flight(namespace, directory)) {
            flight.enable("apicache.Wait", "1 s");

            events.waited(ID, Outcome.CACHED, Duration.ofMillis(999));
            events.waited(ID, Outcome.IN_FLIGHT, Duration.ofSeconds(1));

            assertThat(flight.counts()).isEqualTo(Map.of("apicache.wait in_flight", 1L));
        }
    }

    @Test
    void everyKindOfEventAndEveryFieldHasALabel() {
        Happening.all(ID).forEach(happening -> happening.tell().accept(events)); // loads and registers them all
        List<EventType> kinds = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(kind -> kind.getName().startsWith("apicache."))
                .toList();

        assertThat(kinds).hasSize(8).allSatisfy(kind -> {
            assertThat(kind.getLabel()).isNotBlank();
            assertThat(kind.getDescription()).isNotBlank();
            assertThat(kind.getAnnotation(Category.class).value()).containsExactly("apicache");
            assertThat(kind.getFields())
                    .allSatisfy(field -> assertThat(field.getLabel()).isNotBlank());
        });
        assertThat(stackTraces(kinds)).containsExactlyInAnyOrder("apicache.Wait", "apicache.Release");
    }

    private static Stream<String> stackTraces(List<EventType> kinds) {
        return kinds.stream()
                .filter(kind -> kind.getSettingDescriptors().stream()
                        .anyMatch(setting -> setting.getName().equals("stackTrace")
                                && setting.getDefaultValue().equals("true")))
                .map(EventType::getName);
    }
}
