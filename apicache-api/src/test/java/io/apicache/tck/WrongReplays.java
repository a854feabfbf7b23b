package io.apicache.tck;

import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Stores that are wrong about replays, repeated handles and fingerprints. {@link WrongStores} says which test catches
 * each.
 */
final class WrongReplays {

    private WrongReplays() {}

    /** Notes in the record when it was last looked at. */
    static ReferenceStore<String> replaysTouchTheRecord(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt)
                        .thenApply(answer -> answer instanceof Claimed.Handled<String> seen
                                ? new Response<>(seen.value(), seen.number(), seen.fingerprint(), time.instant(), time)
                                : answer);
            }
        };
    }

    /** Starts the retention anew with every replay. */
    static ReferenceStore<String> replaysProlongRetention(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Long, Runnable> prolong = new ConcurrentHashMap<>();

            @Override
            protected long retainedUntil(Entry<String> entry, Duration keepFor) {
                prolong.put(entry.token.number(), () -> entry.ends = now() + keepFor.toNanos());
                return super.retainedUntil(entry, keepFor);
            }

            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt).thenApply(answer -> {
                    if (answer instanceof Claimed.Handled<String> seen) {
                        prolong.get(seen.number()).run();
                    }
                    return answer;
                });
            }
        };
    }

    /** Answers one replay at a time, and pending to the others. */
    static ReferenceStore<String> replaysTakeALock(Time time) {
        return new ReferenceStore<>(time) {
            private final Semaphore lock = new Semaphore(1);
            private final CountDownLatch refused = new CountDownLatch(1);

            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt)
                        .thenApply(answer -> answer instanceof Claimed.Handled<String> seen ? locked(seen) : answer);
            }

            private Claimed<String> locked(Claimed.Handled<String> seen) {
                if (!lock.tryAcquire()) {
                    refused.countDown();
                    return new Claimed.Pending<>(seen.number(), Duration.ZERO, seen.fingerprint());
                }
                Gap.until(refused);
                lock.release();
                return seen;
            }
        };
    }

    /** Calls the owner stale that handles again. */
    static ReferenceStore<String> refusesARepeatedHandle(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean acceptsRepetition() {
                return false;
            }
        };
    }

    /** Starts the retention anew when a handle is repeated. */
    static ReferenceStore<String> aRepeatedHandleProlongs(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Long, Entry<String>> handled = new ConcurrentHashMap<>();

            @Override
            protected long retainedUntil(Entry<String> entry, Duration keepFor) {
                handled.put(entry.token.number(), entry);
                return super.retainedUntil(entry, keepFor);
            }

            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                Entry<String> earlier = handled.get(token.number());
                if (earlier != null) {
                    earlier.ends = now() + keepFor.toNanos();
                }
                return super.handle(key, token, value, keepFor);
            }
        };
    }

    /** Refuses a handle after the lease though nobody has taken over. */
    static ReferenceStore<String> refusesALateHandle(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isOwner(Entry<String> entry, Token token) {
                return super.isOwner(entry, token) && (entry.response != null || !isLapsed(entry));
            }
        };
    }

    /** Forgets at once what is not to be retained. */
    static ReferenceStore<String> cutsTheHandOver(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value, keepFor)
                        .thenCompose(stored -> keepFor.isZero()
                                ? invalidate(key).thenApply(existed -> stored)
                                : CompletableFuture.completedFuture(stored));
            }
        };
    }

    /** Does not store the fingerprint. */
    static ReferenceStore<String> forgetsFingerprints(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected @Nullable Digest recorded(Attempt attempt) {
                return null;
            }
        };
    }

    /** Answers a claim with a response that has lost its fingerprint. */
    static ReferenceStore<String> handleDropsTheFingerprint(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt)
                        .thenApply(answer -> answer instanceof Claimed.Handled<String> seen
                                ? new Response<>(seen.value(), seen.number(), null, seen.handledAt(), time)
                                : answer);
            }
        };
    }

    /** Stores zeros where there is no fingerprint. */
    static ReferenceStore<String> inventsFingerprints(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected @Nullable Digest recorded(Attempt attempt) {
                return attempt.fingerprint() == null ? new Digest(0, 0, 0, 0) : attempt.fingerprint();
            }
        };
    }

    /** Keeps the fingerprint of the first owner in a takeover. */
    static ReferenceStore<String> keepsTheFirstFingerprint(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, Digest> first = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, withTheFirst(key, attempt));
            }

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return super.join(key, withTheFirst(key, attempt));
            }

            private Attempt withTheFirst(Key key, Attempt attempt) {
                Digest fingerprint = first.computeIfAbsent(key, absent -> attempt.fingerprint());
                return new Attempt(attempt.id(), fingerprint, attempt.lease());
            }
        };
    }
}
