package io.apicache.tck;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about tokens. {@link WrongStores} says which test catches each. */
final class WrongTokens {

    private WrongTokens() {}

    /** Does not compare tokens at all. */
    static ReferenceStore<String> anybodyHandles(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isOwner(Entry<String> entry, Token token) {
                return true;
            }
        };
    }

    /** Compares the attempt of a token and not its number. */
    static ReferenceStore<String> comparesOwnersOnly(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isOwner(Entry<String> entry, Token token) {
                return entry.token.owner().equals(token.owner());
            }
        };
    }

    /** Renews without a look at the token. */
    static ReferenceStore<String> anybodyRenews(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean mayRenew(Entry<String> entry, Token token) {
                return entry.response == null;
            }
        };
    }

    /** Lets an attempt release that was an owner once. */
    static ReferenceStore<String> oldAttemptsRelease(Time time) {
        return new ReferenceStore<>(time) {
            private final Set<AttemptId> owners = ConcurrentHashMap.newKeySet();

            @Override
            protected @Nullable Digest recorded(Attempt attempt) {
                owners.add(attempt.id());
                return super.recorded(attempt);
            }

            @Override
            protected boolean mayRelease(Entry<String> entry, AttemptId attempt) {
                return owners.contains(attempt);
            }
        };
    }

    /** Creates a record again that is not there any more when it is handled. */
    static ReferenceStore<String> createsLostRecordsAgain(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value, keepFor).thenCompose(stored -> {
                    if (!(stored instanceof Stored.Lost)) {
                        return CompletableFuture.completedFuture(stored);
                    }
                    Attempt again = new Attempt(token.owner(), null, Duration.ofHours(1));
                    return claim(key, again)
                            .thenCompose(answer ->
                                    super.handle(key, ((Claimed.Granted<String>) answer).token(), value, keepFor));
                });
            }
        };
    }

    /** Invalidates responses only and leaves a pending claim. */
    static ReferenceStore<String> invalidateSparesClaims(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Boolean> invalidate(Key key) {
                return peek(key)
                        .thenCompose(seen ->
                                seen.isPresent() ? super.invalidate(key) : CompletableFuture.completedFuture(true));
            }
        };
    }

    /** Answers that a late response is stored before it has looked whether somebody took over. */
    static ReferenceStore<String> handlesInTwoSteps(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, Token> owners = new ConcurrentHashMap<>();
            private final Map<Key, CountDownLatch> takeovers = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt).thenApply(answer -> noted(key, answer));
            }

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return super.join(key, attempt).thenApply(answer -> noted(key, answer));
            }

            private Claimed<String> noted(Key key, Claimed<String> answer) {
                if (answer instanceof Claimed.Granted<String> granted && owners.put(key, granted.token()) != null) {
                    takeover(key).countDown();
                }
                return answer;
            }

            private CountDownLatch takeover(Key key) {
                return takeovers.computeIfAbsent(key, first -> new CountDownLatch(1));
            }

            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                boolean own = token.equals(owners.get(key));
                if (own) {
                    Gap.until(takeover(key));
                }
                return super.handle(key, token, value, keepFor)
                        .thenApply(stored -> own && stored instanceof Stored.Stale
                                ? new Stored.Accepted<>(
                                        new Response<>(value, token.number(), null, time.instant(), time))
                                : stored);
            }
        };
    }

    /** Renews a record that was handled. */
    static ReferenceStore<String> renewsResponses(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean mayRenew(Entry<String> entry, Token token) {
                return isOwner(entry, token);
            }
        };
    }

    /** Compares the number of a token and not its attempt. */
    static ReferenceStore<String> comparesNumbersOnly(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isOwner(Entry<String> entry, Token token) {
                return entry.token.number() == token.number();
            }
        };
    }

    /** Counts within the life of a record. */
    static ReferenceStore<String> numbersStartAgainAfterARelease(Time time) {
        return new ReferenceStore<>(time) {
            private long last;

            @Override
            protected long nextNumber() {
                return ++last;
            }

            @Override
            public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
                last = 0;
                return super.release(key, attempt);
            }
        };
    }

    /** Gives every owner the same number. */
    static ReferenceStore<String> numbersStandStill(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected long nextNumber() {
                return 1;
            }
        };
    }

    /** Takes numbers that a script cannot hold exactly. */
    static ReferenceStore<String> numbersAreTooLarge(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected long nextNumber() {
                return (1L << 53) + super.nextNumber();
            }
        };
    }
}
