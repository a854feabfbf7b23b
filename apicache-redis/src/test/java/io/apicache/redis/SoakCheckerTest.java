package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.SoakEvent.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of the checker bites, and a good history passes. Times are in milliseconds, and the lease is a second. */
class SoakCheckerTest {

    private final List<SoakEvent> history = new ArrayList<>();

    private SoakCheckerTest at(long millis, String call, Kind kind, String detail, long token) {
        String process = call.substring(0, 1);
        history.add(new SoakEvent(1_000_000 * millis, process, call, kind, "id", detail, token));
        return this;
    }

    private List<String> violations() {
        history.sort(Comparator.comparingLong(SoakEvent::nanos));
        return SoakChecker.check(history, Duration.ofSeconds(1));
    }

    /** A is first at 10 s and handles at 11 s; B waits, and is told. */
    private SoakCheckerTest good() {
        return at(10_000, "a1", Kind.CALL, "0", 0)
                .at(10_010, "a1", Kind.FIRST, "", 5)
                .at(10_100, "b1", Kind.CALL, "5000", 0)
                .at(11_000, "a1", Kind.HANDLE, "r5", 5)
                .at(11_010, "a1", Kind.HANDLED, "r5", 5)
                .at(11_012, "b1", Kind.CACHED, "r5", 0);
    }

    @Test
    void aGoodHistoryPasses() {
        good().at(12_000, "c1", Kind.CALL, "0", 0).at(12_001, "c1", Kind.CACHED, "r5", 0);
        assertThat(violations()).isEmpty();
    }

    @Test
    void aTakeoverFromAnOwnerThatWasToldPasses() {
        at(10_000, "a1", Kind.CALL, "0", 0)
                .at(10_010, "a1", Kind.FIRST, "", 5)
                .at(10_100, "b1", Kind.CALL, "5000", 0)
                .at(11_020, "a1", Kind.LOST, "", 5)
                .at(11_030, "b1", Kind.FIRST, "", 6)
                .at(11_040, "a1", Kind.HANDLE, "r5", 5)
                .at(11_050, "a1", Kind.REFUSED, "", 5)
                .at(11_060, "b1", Kind.HANDLE, "r6", 6)
                .at(11_070, "b1", Kind.HANDLED, "r6", 6);
        assertThat(violations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"6, L1", "5, C5", "4, C5"})
    void anotherIsFirstMeanwhile(long token, String promise) {
        good().at(10_200, "c1", Kind.CALL, "0", 0)
                .at(10_300, "c1", Kind.FIRST, "", token)
                .at(10_400, "c1", Kind.RELEASE, "", token);
        assertThat(violations()).anyMatch(violation -> violation.startsWith(promise));
    }

    @Test
    void aSmallerTokenThanBefore() {
        good().at(10_200, "a1", Kind.RELEASE, "", 5)
                .at(10_300, "c1", Kind.CALL, "0", 0)
                .at(10_400, "c1", Kind.FIRST, "", 4);
        assertThat(violations()).anyMatch(violation -> violation.startsWith("C5"));
    }

    @Test
    void aStaleHandleIsAccepted() {
        good().at(10_500, "a1", Kind.LOST, "", 5)
                .at(10_500, "c1", Kind.CALL, "0", 0)
                .at(10_600, "c1", Kind.FIRST, "", 6);
        assertThat(violations()).anyMatch(violation -> violation.startsWith("C4"));
    }

    @Test
    void anotherResponse() {
        good().at(12_000, "c1", Kind.CALL, "0", 0).at(12_001, "c1", Kind.CACHED, "other", 0);
        assertThat(violations()).anyMatch(violation -> violation.startsWith("H1"));
    }

    @Test
    void firstAfterAResponse() {
        good().at(12_000, "c1", Kind.CALL, "0", 0).at(12_001, "c1", Kind.FIRST, "", 7);
        assertThat(violations()).anyMatch(violation -> violation.startsWith("H1"));
    }

    @Test
    void inFlightAfterAResponse() {
        good().at(10_100, "c1", Kind.CALL, "5000", 0).at(15_100, "c1", Kind.IN_FLIGHT, "", 0);
        assertThat(violations()).anyMatch(violation -> violation.startsWith("W1"));
    }

    @Test
    void aCallThatTakesTooLong() {
        good().at(10_100, "c1", Kind.CALL, "1000", 0).at(18_200, "c1", Kind.CACHED, "r5", 0);
        assertThat(violations()).singleElement().matches(violation -> violation.startsWith("W2"));
    }

    @Test
    void aCallThatNeverEnds() {
        good().at(10_100, "c1", Kind.CALL, "1000", 0).at(30_000, "d1", Kind.CALL, "0", 0);
        assertThat(violations()).singleElement().matches(violation -> violation.startsWith("W2"));
    }

    @Test
    void nobodyTakesOver() {
        at(10_000, "a1", Kind.CALL, "0", 0)
                .at(10_010, "a1", Kind.FIRST, "", 5)
                .at(10_100, "b1", Kind.CALL, "4900", 0)
                .at(10_500, "a", Kind.DISTURBED, "killed", 0)
                .at(15_000, "b1", Kind.IN_FLIGHT, "", 0);
        assertThat(violations()).isEmpty(); // too soon after the kill to be sure

        history.clear();
        at(10_000, "a1", Kind.CALL, "0", 0)
                .at(10_010, "a1", Kind.FIRST, "", 5)
                .at(10_100, "b1", Kind.CALL, "9000", 0)
                .at(10_500, "a", Kind.DISTURBED, "killed", 0)
                .at(19_100, "b1", Kind.IN_FLIGHT, "", 0);
        assertThat(violations()).anyMatch(violation -> violation.startsWith("W3"));
    }
}
