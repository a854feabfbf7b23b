package io.apicache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Token;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every exception of the library: its message and the messages of its causes show no response, no address, and no part of an id that
 * is long enough to mean something.
 */
@EndsInTime
class ExceptionsTest {

    /** Of letters that no message has in a row. The same in every run, so that a short hash of it can never have a part of it by chance. */
    private static final String ID = "QZXWJKVYQJZKXVWQYKJZWXVQKYZJXWVKQYXZ";

    private static final String PAYLOAD = "a payload that is secret";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final FaultyStore<byte[]> bytes = FaultyStore.around(new ReferenceStore<>(time));
    private final List<ApiCache<String>> open = new ArrayList<>();
    private final ApiCache<String> cache = build(bytes.as(
            (key, text) -> Codec.utf8().encode(key, text),
            (key, encoded) -> Codec.utf8().decode(key, encoded)));

    private ApiCache<String> build(Store<String> store) {
        ApiCache<String> built = ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .build();
        open.add(built);
        return built;
    }

    @AfterEach
    void close() {
        bytes.heal();
        open.forEach(ApiCache::close);
    }

    interface Setting {
        Object fail(ExceptionsTest test) throws Exception;
    }

    private static Arguments failing(String name, Class<?> expected, Setting setting) {
        return arguments(name, expected, setting);
    }

    private FirstSeen<String> firstSeen() {
        return (FirstSeen<String>) cache.receiveAndWait(ID, Duration.ZERO);
    }

    private ExceptionsTest broken(Verb verb, Fault fault) {
        bytes.every(1, verb, fault);
        return this;
    }

    private static Object run(Runnable call) {
        call.run();
        return "it did not fail";
    }

    private static Request request(String content) {
        return Request.of(ID).withFingerprint(Fingerprint.of(content));
    }

    static Stream<Arguments> failures() {
        return Stream.of(badArguments(), storeFailures(), records(), misuse(), lostClaims())
                .flatMap(each -> each);
    }

    private static Stream<Arguments> badArguments() {
        Class<?> bad = IllegalArgumentException.class;
        return Stream.of(
                failing("a long id", bad, test -> test.cache.peek(ID.repeat(40))),
                failing("an id with a control character", bad, test -> test.cache.peek(ID + "\n")),
                failing("an id with half a pair", bad, test -> Request.of(ID + "\uD83D")),
                failing("a negative wait", bad, test -> test.cache.receiveAndWait(ID, SECOND.negated())),
                failing(
                        "a negative retention",
                        bad,
                        test -> run(() -> test.firstSeen().handle(PAYLOAD, SECOND.negated()))),
                failing("a namespace", bad, test -> ApiCache.over(test.bytes).namespace(ID + "/")),
                failing("half a pair in a fingerprint", bad, test -> Fingerprint.of(PAYLOAD + "\uD83D")),
                failing(
                        "half a pair in a response",
                        bad,
                        test -> run(() -> test.firstSeen().handle(PAYLOAD + "\uD83D"))),
                failing(
                        "no response",
                        NullPointerException.class,
                        test -> run(() -> test.firstSeen().handle(null))));
    }

    private static Stream<Arguments> storeFailures() {
        Class<?> unavailable = StoreUnavailableException.class;
        List<Arguments> all = new ArrayList<>();
        for (Fault fault : List.of(Fault.REFUSED, Fault.REPLY_LOST, Fault.BLACK_HOLE)) {
            all.add(failing(
                    "claim " + fault,
                    unavailable,
                    test -> test.broken(Verb.CLAIM, fault)
                            .passing(() -> test.cache.receiveAndWait(ID, Duration.ZERO))));
            all.add(failing("handle " + fault, unavailable, test -> {
                FirstSeen<String> owner = test.firstSeen();
                return test.broken(Verb.HANDLE, fault).passing(() -> run(() -> owner.handle(PAYLOAD)));
            }));
            all.add(failing("release " + fault, unavailable, test -> {
                FirstSeen<String> owner = test.firstSeen();
                return test.broken(Verb.RELEASE, fault).passing(() -> run(owner::release));
            }));
            all.add(failing(
                    "peek " + fault,
                    unavailable,
                    test -> test.broken(Verb.PEEK, fault).passing(() -> test.cache.peek(ID))));
            all.add(failing(
                    "invalidate " + fault,
                    unavailable,
                    test -> test.broken(Verb.INVALIDATE, fault).passing(() -> test.cache.invalidate(ID))));
        }
        return all.stream();
    }

    /** Makes a call and lets time go by until it ends. */
    private Object passing(Callable<?> call) throws Exception {
        Callers.Call<?> started = Callers.waiting(call);
        while (!started.isDone()) {
            time.advance(Duration.ofMillis(100));
            Callers.eventually("the caller waits or returns", started::rests);
        }
        Object outcome = Callers.outcome(started, "the call");
        if (outcome instanceof Exception failure) {
            throw failure;
        }
        return outcome;
    }

    private static Stream<Arguments> records() {
        return Stream.of(
                failing("a record that is not text", CorruptRecordException.class, test -> {
                    ApiCache<String> broken = test.build(test.bytes.as(
                            (key, text) -> new byte[] {(byte) 0xff},
                            (key, encoded) -> Codec.utf8().decode(key, encoded)));
                    ((FirstSeen<String>) broken.receiveAndWait(ID, Duration.ZERO)).handle(PAYLOAD);
                    return broken.receiveAndWait(ID, Duration.ZERO);
                }),
                failing("a record that is decoded to null", CorruptRecordException.class, test -> {
                    ApiCache<String> broken =
                            test.build(test.bytes.as((key, text) -> text.getBytes(UTF_8), (key, encoded) -> null));
                    ((FirstSeen<String>) broken.receiveAndWait(ID, Duration.ZERO)).handle(PAYLOAD);
                    return broken.receiveAndWait(ID, Duration.ZERO);
                }),
                failing("another fingerprint, at work", RequestMismatchException.class, test -> {
                    var unused = test.cache.receiveAndWait(request(PAYLOAD), Duration.ZERO);
                    return test.cache.receiveAndWait(request("another"), Duration.ZERO);
                }),
                failing("another fingerprint, handled", RequestMismatchException.class, test -> {
                    FirstSeen<String> owner =
                            (FirstSeen<String>) test.cache.receiveAndWait(request(PAYLOAD), Duration.ZERO);
                    owner.handle(PAYLOAD);
                    return test.cache.receiveAndWait(request("another"), Duration.ZERO);
                }));
    }

    private static Stream<Arguments> misuse() {
        Class<?> misuse = IllegalStateException.class;
        return Stream.of(
                failing("handle without a claim", misuse, test -> run(() -> test.cache.handle(ID, PAYLOAD))),
                failing("release without a claim", misuse, test -> run(() -> test.cache.release(ID))),
                failing("handle twice", misuse, test -> {
                    FirstSeen<String> owner = test.firstSeen();
                    owner.handle(PAYLOAD);
                    return run(() -> owner.handle(PAYLOAD));
                }),
                failing("handle what was released", misuse, test -> {
                    FirstSeen<String> owner = test.firstSeen();
                    owner.release();
                    return run(() -> owner.handle(PAYLOAD));
                }),
                failing("handle one of two by id", misuse, test -> {
                    test.firstSeen();
                    test.cache.invalidate(ID);
                    test.firstSeen();
                    return run(() -> test.cache.handle(ID, PAYLOAD));
                }),
                failing("a closed cache", misuse, test -> {
                    test.cache.close();
                    return test.cache.peek(ID);
                }));
    }

    private static Stream<Arguments> lostClaims() {
        return Stream.of(
                failing("handle a lost claim", LeaseLostException.class, test -> {
                    FirstSeen<String> owner = test.firstSeen();
                    test.cache.invalidate(ID);
                    return run(() -> owner.handle(PAYLOAD));
                }),
                failing("handle without a thread", LeaseLostException.class, test -> {
                    FirstSeen<String> owner = test.firstSeen();
                    test.cache.close();
                    return owner.handleAsync(PAYLOAD).join();
                }),
                failing("execute what is in flight", StillInFlightException.class, test -> {
                    test.firstSeen();
                    return test.passing(() -> test.cache.execute(ID, Duration.ofMillis(1), () -> PAYLOAD));
                }),
                failing("an interrupted wait", WaitInterruptedException.class, test -> {
                    test.firstSeen();
                    Callers.Call<?> wait = Callers.waiting(() -> test.cache.receiveAndWait(ID, SECOND));
                    wait.thread().interrupt();
                    throw (Exception) Callers.outcome(wait, "the wait");
                }));
    }

    @ParameterizedTest(name = "B1 S1 the messages of {0} show no secret")
    @MethodSource("failures")
    void whatAnExceptionSaysShowsNoSecret(String name, Class<?> expected, Setting setting) {
        Throwable thrown = null;
        try {
            Object none = setting.fail(this);
            assertThat(none).as("%s is expected to fail", name).isNull();
        } catch (Exception e) {
            thrown = e instanceof CompletionException ? e.getCause() : e;
        }

        assertThat(thrown).isInstanceOf(expected);
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            assertNoSecret(each.toString());
            assertNoSecret(String.valueOf(each.getMessage()));
            for (Throwable suppressed : each.getSuppressed()) {
                assertNoSecret(suppressed.toString());
            }
        }
    }

    @Test
    @DisplayName("S1 nothing that has an id, a response or a proof shows it when it is printed")
    void whatIsPrintedShowsNoSecret() {
        Key key = new Key("namespace", ID);
        FirstSeen<String> owner = firstSeen();
        Token token = new Token(7, AttemptId.next());
        List<Object> printed = new ArrayList<>(List.of(
                key,
                Key.show(ID),
                request(PAYLOAD),
                Fingerprint.of(PAYLOAD),
                owner,
                cache.receiveAndWait(ID, Duration.ZERO),
                new Attempt(token.owner(), null, SECOND),
                new Claimed.Granted<String>(token, false)));
        owner.handle(PAYLOAD);
        printed.add(cache.peek(ID).orElseThrow());
        printed.add(owner);
        printed.add(cache);

        printed.forEach(each -> assertNoSecret(each.toString()));
        assertThat(Key.show(ID)).isEqualTo(Key.show(ID)).isNotEqualTo(Key.show(ID + "X"));
    }

    private static void assertNoSecret(String text) {
        assertThat(text).doesNotContain(PAYLOAD, "payload", "secret", "://");
        for (int i = 0; i + 4 <= ID.length(); i++) {
            assertThat(text).as("a part of the id").doesNotContainIgnoringCase(ID.substring(i, i + 4));
        }
    }
}
