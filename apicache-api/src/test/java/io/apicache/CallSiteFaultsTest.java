package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.apicache.CallSites.Fault;
import io.apicache.CallSites.Kind;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Token;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import io.apicache.tck.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the library calls may throw anything, at any call: one scenario is played once for every call that it makes to code that is not
 * its own, and for everything that can go wrong with that call. The fault ends the call that it met, and nothing else.
 */
@EndsInTime
class CallSiteFaultsTest {

    /** Of the calls to one site, in the default build; the others are tried where everything is. */
    private static final int FEW = 5;

    private static final long SEED = Sample.seed();

    /** What is played again and again. */
    private interface Play {
        void with(FaultScenario scenario, Fault fault);
    }

    private static final Play WORK = (scenario, fault) -> {
        scenario.play(fault);
        scenario.assertNothingElseIsHarmed();
        scenario.assertHealthy();
    };
    private static final Play CLOSE = FaultScenario::close;

    private static Stream<Arguments> faultsOf(Consumer<FaultScenario> play) {
        List<Arguments> all = new ArrayList<>();
        try (FaultScenario scenario = new FaultScenario()) {
            play.accept(scenario);
            scenario.sites
                    .counts()
                    .forEach((site, calls) ->
                            scenario.sites.kinds(site).forEach(kind -> all.add(arguments(site, kind, calls))));
        }
        return all.stream();
    }

    static Stream<Arguments> faultsAtWork() {
        return faultsOf(scenario -> scenario.play(null));
    }

    static Stream<Arguments> faultsAtTheEnd() {
        return faultsOf(scenario -> scenario.close(null));
    }

    private static void tryAFew(Play play, String site, Kind kind, int calls) {
        List<Integer> few = Sample.upTo(SEED, calls - 1, FEW);
        tryEach(play, site, kind, few.stream().map(before -> before + 1).toList(), calls);
    }

    private static void tryEach(Play play, String site, Kind kind, List<Integer> chosen, int calls) {
        List<String> failures = new ArrayList<>();
        for (int call : chosen) {
            try (FaultScenario scenario = new FaultScenario()) {
                play.with(scenario, new Fault(site, call, kind));
            } catch (RuntimeException | Error e) {
                failures.add("call " + call + " of " + calls + ": " + e);
            }
        }
        assertThat(failures).as("%s with %s", site, kind).isEmpty();
    }

    @Test
    @DisplayName("E1 the scenario uses every kind of foreign code, and passes without a fault")
    void theScenarioUsesEverything() {
        try (FaultScenario scenario = new FaultScenario()) {
            WORK.with(scenario, null);

            assertThat(scenario.sites.counts().keySet())
                    .contains(
                            "ApiCacheListener.handled",
                            "ApiCacheListener.leaseLost",
                            "ApiCacheListener.received",
                            "ApiCacheListener.released",
                            "ApiCacheListener.storeFailed",
                            "ApiCacheListener.waited",
                            "BiFunction.apply",
                            "Executor.execute",
                            "Handled.fingerprint",
                            "Handled.number",
                            "Handled.value",
                            "ScheduledExecutorService.schedule",
                            "ScheduledFuture.cancel",
                            "Store.claim",
                            "Store.invalidate",
                            "Store.join",
                            "Store.mark",
                            "Store.peek",
                            "Store.peekLocal",
                            "Store.prepare",
                            "Store.release",
                            "Store.renew",
                            "Supplier.get",
                            "Time.nanoTime");
        }
    }

    @ParameterizedTest(name = "E1 {0} with {1}, at some of {2} calls")
    @MethodSource("faultsAtWork")
    void aFaultEndsTheCallThatItMet(String site, Kind kind, int calls) {
        tryAFew(WORK, site, kind, calls);
    }

    @Tag("exhaustive")
    @ParameterizedTest(name = "E1 {0} with {1}, at each of {2} calls")
    @MethodSource("faultsAtWork")
    void aFaultAtEachCallEndsTheCallThatItMet(String site, Kind kind, int calls) {
        tryEach(WORK, site, kind, IntStream.rangeClosed(1, calls).boxed().toList(), calls);
    }

    @ParameterizedTest(name = "E1 Z1 closing, {0} with {1}, at some of {2} calls")
    @MethodSource("faultsAtTheEnd")
    void aFaultDoesNotKeepACacheOpen(String site, Kind kind, int calls) {
        tryAFew(CLOSE, site, kind, calls);
    }

    @Tag("exhaustive")
    @ParameterizedTest(name = "E1 Z1 closing, {0} with {1}, at each of {2} calls")
    @MethodSource("faultsAtTheEnd")
    void aFaultAtEachCallDoesNotKeepACacheOpen(String site, Kind kind, int calls) {
        tryEach(CLOSE, site, kind, IntStream.rangeClosed(1, calls).boxed().toList(), calls);
    }

    @Test
    @DisplayName("E1 an error of renew does not reach the caller of invalidate: the record is gone")
    void anErrorOfRenewDoesNotReachInvalidate() {
        ManualTime time = new ManualTime();
        ReferenceStore<String> records = new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
                throw new NoClassDefFoundError("planted");
            }
        };
        try (ApiCache<String> cache = ApiCache.over((Store<String>) records)
                .time(time)
                .scheduler(time.scheduler())
                .build()) {
            FirstSeen<String> owner = (FirstSeen<String>) cache.receiveAndWait("id", Duration.ZERO);

            assertThat(cache.invalidate("id")).isTrue();

            time.advance(Duration.ofSeconds(10));
            assertThat(owner.isLost()).isTrue();
            assertThat(cache.peek("id")).isEmpty();
        }
    }
}
