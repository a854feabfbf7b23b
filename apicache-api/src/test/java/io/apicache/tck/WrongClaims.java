package io.apicache.tck;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/** Stores that are wrong about claims, leases and names. {@link WrongStores} says which test catches each. */
final class WrongClaims {

    private WrongClaims() {}

    /** Takes every attempt for the owner's own. */
    static ReferenceStore<String> grantsEverybody(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isOwn(Entry<String> entry, Attempt attempt) {
                return true;
            }
        };
    }

    /** Looks first and claims afterwards: whoever looked in between is granted as well. */
    static ReferenceStore<String> looksBeforeItClaims(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, CountDownLatch> looks = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                CountDownLatch two = looks.computeIfAbsent(key, first -> new CountDownLatch(2));
                boolean free = two.getCount() > 0;
                two.countDown();
                if (free) {
                    Gap.until(two);
                }
                return super.claim(key, attempt)
                        .thenApply(answer -> free && answer instanceof Claimed.Pending<String> pending
                                ? new Claimed.Granted<>(new Token(pending.number(), attempt.id()), false)
                                : answer);
            }
        };
    }

    /** Does not recognise an attempt that asks again. */
    static ReferenceStore<String> knowsNobodyAgain(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isOwn(Entry<String> entry, Attempt attempt) {
                return false;
            }
        };
    }

    /** Grants again to whoever was an owner once. */
    static ReferenceStore<String> remembersOldOwners(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<AttemptId, Claimed<String>> granted = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt).thenApply(answer -> {
                    if (answer instanceof Claimed.Granted) {
                        granted.put(attempt.id(), answer);
                    }
                    return granted.getOrDefault(attempt.id(), answer);
                });
            }
        };
    }

    /** Never finds the claim that is to be released. */
    static ReferenceStore<String> nobodyReleases(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean mayRelease(Entry<String> entry, AttemptId attempt) {
                return false;
            }
        };
    }

    /** Does not ask whose attempt releases. */
    static ReferenceStore<String> anybodyReleases(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean mayRelease(Entry<String> entry, AttemptId attempt) {
                return true;
            }
        };
    }

    /** Ends every registration with the first that is closed. */
    static ReferenceStore<String> leavingRemovesAllListeners(Time time) {
        return new ReferenceStore<>(time) {
            private final List<Registration> all = new CopyOnWriteArrayList<>();

            @Override
            public Registration hints(Hints<String> hints) {
                all.add(super.hints(hints));
                return () -> all.forEach(Registration::close);
            }
        };
    }

    /** Starts the lease anew whenever somebody asks. */
    static ReferenceStore<String> waitingRenews(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isOwn(Entry<String> entry, Attempt attempt) {
                boolean own = super.isOwn(entry, attempt);
                if (!own && !isLapsed(entry)) {
                    entry.ends = now() + attempt.lease().toNanos();
                }
                return own;
            }
        };
    }

    /** Claims the record it peeks at, if it is free. */
    static ReferenceStore<String> peekClaims(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Optional<Claimed.Handled<String>>> peek(Key key) {
                Attempt somebody = new Attempt(AttemptId.next(), null, Duration.ofHours(1));
                return claim(key, somebody).thenCompose(answer -> super.peek(key));
            }
        };
    }

    /** Removes whatever there is when the owner releases. */
    static ReferenceStore<String> releaseRemovesResponses(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
                return super.release(key, attempt)
                        .thenCompose(held -> peek(key))
                        .thenCompose(seen -> seen.isPresent() ? invalidate(key) : super.release(key, attempt));
            }
        };
    }

    /** Waits for an owner that is dead. */
    static ReferenceStore<String> neverLapses(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isLapsed(Entry<String> entry) {
                return false;
            }
        };
    }

    /** Calls every grant a takeover. */
    static ReferenceStore<String> alwaysSaysTakenOver(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt)
                        .thenApply(answer -> answer instanceof Claimed.Granted<String> granted
                                ? new Claimed.Granted<>(granted.token(), true)
                                : answer);
            }
        };
    }

    /** Says yes to a renewal and does nothing. */
    static ReferenceStore<String> ignoresRenewals(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
                return CompletableFuture.completedFuture(true);
            }
        };
    }

    /** Ends no lease that was renewed once. */
    static ReferenceStore<String> renewsForEver(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
                return super.renew(key, token, Duration.ofDays(1));
            }
        };
    }

    /** Grants a lapsed record without a new lease. */
    static ReferenceStore<String> aTakeoverKeepsTheOldLease(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return super.join(key, attempt)
                        .thenCompose(answer -> answer instanceof Claimed.Granted<String> granted && granted.takenOver()
                                ? renew(key, granted.token(), Duration.ZERO).thenApply(kept -> answer)
                                : CompletableFuture.completedFuture(answer));
            }
        };
    }

    /** Shows the lease of whoever asks in place of what is left. */
    static ReferenceStore<String> showsTheWholeLease(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return super.claim(key, attempt)
                        .thenApply(answer -> answer instanceof Claimed.Pending<String> pending
                                ? new Claimed.Pending<>(pending.number(), attempt.lease(), pending.fingerprint())
                                : answer);
            }
        };
    }

    /** Says that it removed what was not there. */
    static ReferenceStore<String> saysYesToEverything(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Boolean> invalidate(Key key) {
                return super.invalidate(key).thenApply(existed -> true);
            }
        };
    }

    /** Joins namespace and id by a colon. */
    static ReferenceStore<String> joinsNames(Time time) {
        return new Renaming(time, key -> new Key("", key.namespace() + ":" + key.id()));
    }

    /** Looks at the first 255 characters of an id. */
    static ReferenceStore<String> cutsIds(Time time) {
        return new Renaming(
                time,
                key -> new Key(
                        key.namespace(),
                        key.id().substring(0, Math.min(255, key.id().length()))));
    }

    /** A store with names of its own for the records, which are not always different. */
    private static final class Renaming extends ReferenceStore<String> {

        private final UnaryOperator<Key> names;

        Renaming(Time time, UnaryOperator<Key> names) {
            super(time);
            this.names = names;
        }

        @Override
        public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
            return super.claim(names.apply(key), attempt);
        }

        @Override
        public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
            return super.join(names.apply(key), attempt);
        }

        @Override
        public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
            return super.handle(names.apply(key), token, value, keepFor);
        }

        @Override
        public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
            return super.renew(names.apply(key), token, lease);
        }

        @Override
        public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
            return super.release(names.apply(key), attempt);
        }

        @Override
        public CompletionStage<Boolean> invalidate(Key key) {
            return super.invalidate(names.apply(key));
        }

        @Override
        public CompletionStage<Optional<Claimed.Handled<String>>> peek(Key key) {
            return super.peek(names.apply(key));
        }
    }
}
