package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.apicache.spi.Store;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input gives a named error that says which argument it is, and loses nothing: an open claim is as good as before. */
@SuppressWarnings("FutureReturnValueIgnored") // calls throw before there is one
class BadInputTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final ApiCache<String> cache = ApiCache.over((Store<String>) new ReferenceStore<String>(time))
            .time(time)
            .scheduler(time.scheduler())
            .build();
    private final FirstSeen<String> open = (FirstSeen<String>) cache.receiveAndWait("open", Duration.ZERO);

    @AfterEach
    void close() {
        cache.close();
    }

    /** Something done to a cache. */
    interface Call {
        void on(ApiCache<String> cache) throws Exception;
    }

    static Stream<Arguments> ids() {
        return Stream.of(
                arguments("empty", "", "blank"),
                arguments("blank", " \t ".replace("\t", " "), "blank"),
                arguments("blank in another script", "\u2003", "blank"),
                arguments("one too long", "x".repeat(1_025), "1025 characters"),
                arguments("10 MB", "x".repeat(10 << 20), "at most 1024"),
                arguments("a line feed", "a\nb", "control character"),
                arguments("a null character", "a\u0000b", "control character"),
                arguments("delete", "a\u007fb", "control character"),
                arguments("next line", "a\u0085b", "control character"),
                arguments("half a pair, first", "a\uD83D", "unpaired surrogate"),
                arguments("half a pair, second", "\uDE00a", "unpaired surrogate"),
                arguments("a pair the wrong way round", "\uDE00\uD83D", "unpaired surrogate"));
    }

    @ParameterizedTest(name = "B1 id: {0}")
    @MethodSource("ids")
    void anIdThatCannotBeUsedIsRefused(String name, String id, String message) {
        assertRefused(() -> Request.of(id), message);
        assertRefused(() -> cache.receiveAndWait(id, Duration.ZERO), message);
        assertRefused(() -> cache.receiveAsync(id, Duration.ZERO), message);
        assertRefused(() -> cache.handle(id, "response"), message);
        assertRefused(() -> cache.release(id), message);
        assertRefused(() -> cache.peek(id), message);
        assertRefused(() -> cache.invalidate(id), message);
        assertRefused(() -> cache.execute(id, Duration.ZERO, () -> "response"), message);
        assertNothingIsLost();
    }

    private static void assertRefused(Executable call, String message) {
        assertThatThrownBy(call::execute)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("requestId")
                .hasMessageContaining(message);
    }

    private void assertNothingIsLost() {
        open.handle("still ours");
        assertThat(cache.receiveAndWait("open", Duration.ZERO)).isInstanceOf(Cached.class);
    }

    private static Arguments bad(String name, Class<? extends Exception> error, String message, Call call) {
        return arguments(name, error, message, call);
    }

    static Stream<Arguments> calls() {
        Class<NullPointerException> isNull = NullPointerException.class;
        Class<IllegalArgumentException> argument = IllegalArgumentException.class;
        Class<IllegalStateException> state = IllegalStateException.class;
        Duration negative = Duration.ofNanos(-1);
        return Stream.of(
                bad("null id", isNull, "requestId", c -> c.receiveAndWait((String) null, SECOND)),
                bad("null id, async", isNull, "requestId", c -> c.receiveAsync((String) null, SECOND)),
                bad("null request", isNull, "request", c -> c.receiveAndWait((Request) null, SECOND)),
                bad("null request, async", isNull, "request", c -> c.receiveAsync((Request) null, SECOND)),
                bad("null wait", isNull, "maxWait", c -> c.receiveAndWait("id", null)),
                bad("negative wait", argument, "maxWait", c -> c.receiveAndWait("id", negative)),
                bad("negative wait, async", argument, "maxWait", c -> c.receiveAsync("id", negative)),
                bad("negative wait on a hit", argument, "maxWait", c -> c.receiveAndWait("open", negative)),
                bad("null response", isNull, "response", c -> c.handle("open", null)),
                bad("null response, async", isNull, "response", c -> c.handleAsync("open", null)),
                bad("null retention", isNull, "keepFor", c -> c.handle("open", "response", null)),
                bad("negative retention", argument, "keepFor", c -> c.handle("open", "response", negative)),
                bad("negative retention, async", argument, "keepFor", c -> c.handleAsync("open", "r", negative)),
                bad("handle without a claim", state, "holds no claim", c -> c.handle("other", "response")),
                bad("handle without a claim, async", state, "holds no claim", c -> c.handleAsync("other", "r")),
                bad("release without a claim", state, "holds no claim", c -> c.release("other")),
                bad("null work", isNull, "work", c -> c.execute("id", SECOND, (Work<String>) null)),
                bad("null work, async", isNull, "work", c -> c.executeAsync("id", SECOND, null)),
                bad(
                        "work that returns null",
                        ResponseNotKeptException.class,
                        "it is null",
                        c -> c.execute("id", SECOND, () -> null)),
                bad(
                        "null fingerprint",
                        isNull,
                        "fingerprint",
                        c -> Request.of("id").withFingerprint(null)),
                bad("no parts", argument, "parts", c -> Fingerprint.of(new String[0])),
                bad("no parts, bytes", argument, "parts", c -> Fingerprint.of(new byte[0][])),
                bad("null part", isNull, "parts[1]", c -> Fingerprint.of("a", null)),
                bad("half a pair in a part", argument, "parts[0]", c -> Fingerprint.of("\uD83D")),
                bad("null first part of an id", isNull, "first", c -> Request.idOf(null)),
                bad("null part of an id", isNull, "rest[1]", c -> Request.idOf("a", "b", null)),
                bad("null store", isNull, "store", c -> ApiCache.over(null)));
    }

    @ParameterizedTest(name = "B1 call: {0}")
    @MethodSource("calls")
    void aBadCallIsRefused(String name, Class<? extends Exception> error, String message, Call call) {
        assertThatThrownBy(() -> call.on(cache)).isInstanceOf(error).hasMessageContaining(message);
        assertNothingIsLost();
    }

    /** Something set on a builder. */
    interface Setting {
        void on(ApiCache.Builder<String> builder);
    }

    private static Arguments bad(String name, Setting setting) {
        return arguments(name, setting);
    }

    static Stream<Arguments> settings() {
        return Stream.of(
                bad("namespace", b -> b.namespace(null)),
                bad("namespace", b -> b.namespace("")),
                bad("namespace", b -> b.namespace("a:b")),
                bad("namespace", b -> b.namespace("a b")),
                bad("namespace", b -> b.namespace("x".repeat(65))),
                bad("keepFor", b -> b.keepFor(null)),
                bad("keepFor", b -> b.keepFor(Duration.ofNanos(-1))),
                bad("lease", b -> b.lease(null)),
                bad("lease", b -> b.lease(Duration.ofMillis(9))),
                bad("lease", b -> b.lease(Duration.ofDays(2))),
                bad("workLimit", b -> b.workLimit(Duration.ZERO)),
                bad("workLimit", b -> b.workLimit(Duration.ofDays(31))),
                bad("storeTimeout", b -> b.storeTimeout(Duration.ZERO)),
                bad("storeTimeout", b -> b.storeTimeout(Duration.ofHours(1))),
                bad("maxWaiters", b -> b.maxWaiters(-1, 1)),
                bad("maxWaiters", b -> b.maxWaiters(1, -1)),
                bad("listener", b -> b.listener(null)),
                bad("whenUnavailable", b -> b.whenUnavailable(null)),
                bad("time", b -> b.time(null)),
                bad("scheduler", b -> b.scheduler(null)),
                bad("executor", b -> b.executor(null)),
                bad(
                        "workLimit",
                        b -> b.lease(SECOND).workLimit(Duration.ofMillis(10)).build()));
    }

    @ParameterizedTest(name = "B1 setting: {0}")
    @MethodSource("settings")
    void aBadSettingIsRefused(String name, Setting setting) {
        assertThatThrownBy(() -> setting.on(ApiCache.over(Store.passThrough())))
                .isInstanceOfAny(
                        NullPointerException.class, IllegalArgumentException.class, IllegalStateException.class)
                .hasMessageContaining(name);
    }

    @org.junit.jupiter.api.Test
    @DisplayName("B1 what is unusual but right is accepted")
    void unusualInputIsAccepted() {
        for (String id : new String[] {"x", "x".repeat(1_024), "\uD83D\uDE00", "a b", "\u00e4/{}*?[", "0"}) {
            assertThat(cache.receiveAndWait(id, Duration.ofSeconds(Long.MAX_VALUE)))
                    .as(id)
                    .isInstanceOf(FirstSeen.class);
            cache.handle(id, "response", Duration.ofSeconds(Long.MAX_VALUE));
            assertThat(cache.peek(id)).as(id).isPresent();
        }
        assertNothingIsLost();
    }
}
