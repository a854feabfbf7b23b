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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about what they retain. {@link WrongStores} says which test catches each. */
final class WrongResponses {

    private WrongResponses() {}

    /** Hands every response to present waiters only. */
    static ReferenceStore<String> forgetsResponses(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value, Duration.ZERO);
            }
        };
    }

    /** Stores a response without the blanks around it. */
    static ReferenceStore<String> stripsResponses(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value.strip(), keepFor);
            }
        };
    }

    /** Counts the retention from the claim. */
    static ReferenceStore<String> keepsFromClaim(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<AttemptId, Long> claimed = new ConcurrentHashMap<>();

            @Override
            protected @Nullable Digest recorded(Attempt attempt) {
                claimed.put(attempt.id(), now());
                return super.recorded(attempt);
            }

            @Override
            protected long retainedUntil(Entry<String> entry, Duration keepFor) {
                return claimed.get(entry.token.owner()) + keepFor.toNanos();
            }
        };
    }

    /** Lets a response end with the lease. */
    static ReferenceStore<String> keepsForALease(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected long retainedUntil(Entry<String> entry, Duration keepFor) {
                return entry.ends;
            }
        };
    }

    /** Never ends a retention. */
    static ReferenceStore<String> keepsForEver(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected long retainedUntil(Entry<String> entry, Duration keepFor) {
                return now() + Long.MAX_VALUE;
            }
        };
    }

    /** Adds a retention to the clock as if it were counted from zero. */
    static ReferenceStore<String> retentionOverflows(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected long retainedUntil(Entry<String> entry, Duration keepFor) {
                return now() + (int) keepFor.toMillis() * 1_000_000L;
            }
        };
    }

    /** Answers with the first response that an id ever had. */
    static ReferenceStore<String> sticksToTheFirstResponse(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, Claimed<String>> first = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt)
                        .thenApply(answer -> answer instanceof Claimed.Handled
                                ? first.computeIfAbsent(key, absent -> answer)
                                : answer);
            }
        };
    }

    /** Invalidates claims only and leaves a response. */
    static ReferenceStore<String> invalidateSparesResponses(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Boolean> invalidate(Key key) {
                return peek(key)
                        .thenCompose(seen ->
                                seen.isPresent() ? CompletableFuture.completedFuture(true) : super.invalidate(key));
            }
        };
    }

    /** Keeps a copy and does not hear that it is void. */
    static ReferenceStore<String> trustsItsOwnMemory(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, Claimed.Handled<String>> copies = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value, keepFor).thenApply(stored -> {
                    if (stored instanceof Stored.Accepted<String> accepted) {
                        copies.put(key, accepted.record());
                    }
                    return stored;
                });
            }

            @Override
            public Claimed.@Nullable Handled<String> peekLocal(Key key) {
                return copies.get(key);
            }
        };
    }

    /** Takes every look for the moment of the handle. */
    static ReferenceStore<String> neverAges(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt)
                        .thenApply(answer -> answer instanceof Claimed.Handled<String> seen
                                ? new Response<>(
                                        seen.value(), seen.number(), seen.fingerprint(), seen.handledAt(), time)
                                : answer);
            }
        };
    }

    /** Lets a join look no further than a claim. */
    static ReferenceStore<String> joinMissesTheHandOver(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return peek(key)
                        .thenCompose(seen -> super.join(key, attempt).thenCompose(answer -> {
                            boolean handedOver = seen.isEmpty() && answer instanceof Claimed.Handled;
                            return handedOver ? claim(key, attempt) : CompletableFuture.completedFuture(answer);
                        }));
            }
        };
    }

    /** Retains for everybody what was to be handed over only. */
    static ReferenceStore<String> handsOverToEverybody(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value, keepFor.isZero() ? HAND_OVER : keepFor);
            }
        };
    }

    /** Hands over for ever. */
    static ReferenceStore<String> forgetsToEndAHandOver(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, Claimed<String>> handedOver = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value, keepFor).thenApply(stored -> {
                    if (keepFor.isZero() && stored instanceof Stored.Accepted<String> accepted) {
                        handedOver.put(key, accepted.record());
                    }
                    return stored;
                });
            }

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                Claimed<String> left = handedOver.get(key);
                return left == null ? super.join(key, attempt) : CompletableFuture.completedFuture(left);
            }
        };
    }

    /** Shows to peek the last response whatever became of it. */
    static ReferenceStore<String> peekSeesHandOvers(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, Claimed.Handled<String>> last = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return super.handle(key, token, value, keepFor).thenApply(stored -> {
                    if (stored instanceof Stored.Accepted<String> accepted) {
                        last.put(key, accepted.record());
                    }
                    return stored;
                });
            }

            @Override
            public CompletionStage<Optional<Claimed.Handled<String>>> peek(Key key) {
                return CompletableFuture.completedFuture(Optional.ofNullable(last.get(key)));
            }
        };
    }

    /** Does not invalidate what is being handed over. */
    static ReferenceStore<String> invalidateSparesHandOvers(Time time) {
        return new ReferenceStore<>(time) {
            private final Set<Key> handedOver = ConcurrentHashMap.newKeySet();

            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                if (keepFor.isZero()) {
                    handedOver.add(key);
                }
                return super.handle(key, token, value, keepFor);
            }

            @Override
            public CompletionStage<Boolean> invalidate(Key key) {
                return handedOver.contains(key) ? CompletableFuture.completedFuture(false) : super.invalidate(key);
            }
        };
    }
}
