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
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Stores that are wrong about waiters and hints. {@link WrongStores} says which test catches each. */
final class WrongHints {

    private WrongHints() {}

    /** Tells nobody that a record was handled. */
    static ReferenceStore<String> tellsNobodyOfHandle(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected void tellHandled(Key key, Response<String> response) {}
        };
    }

    /** Tells nobody that a record was released or invalidated. */
    static ReferenceStore<String> tellsNobodyOfChanges(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected void tellChanged(Key key) {}
        };
    }

    /** Tells of a handle before it has stored. */
    static ReferenceStore<String> tellsBeforeItWrites(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                tellChanged(key);
                return super.handle(key, token, value, keepFor);
            }
        };
    }

    /** Looks first and registers afterwards. */
    static ReferenceStore<String> registersAfterTheLook(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<Key, CountDownLatch> handles = new ConcurrentHashMap<>();

            private CountDownLatch handle(Key key) {
                return handles.computeIfAbsent(key, first -> new CountDownLatch(1));
            }

            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                CompletionStage<Stored<String>> stored = super.handle(key, token, value, keepFor);
                handle(key).countDown();
                return stored;
            }

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return claim(key, attempt).thenCompose(answer -> {
                    if (!(answer instanceof Claimed.Pending)) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    Gap.until(handle(key));
                    return super.join(key, attempt).thenApply(late -> answer);
                });
            }
        };
    }

    /** Tells a process as often as it has joined. */
    static ReferenceStore<String> tellsOncePerJoin(Time time) {
        return new ReferenceStore<>(time) {
            private final Queue<Key> joined = new ConcurrentLinkedQueue<>();

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                joined.add(key);
                return super.join(key, attempt);
            }

            @Override
            protected void tellHandled(Key key, Response<String> response) {
                joined.stream().filter(key::equals).forEach(each -> super.tellHandled(key, response));
            }
        };
    }

    /** Tells the process alone that was registered last. */
    static ReferenceStore<String> tellsOneProcess(Time time) {
        return new ReferenceStore<>(time) {
            private Registration last = () -> {};

            @Override
            public Registration hints(Hints<String> hints) {
                last.close();
                last = super.hints(hints);
                return last;
            }
        };
    }

    /** Sends no more of a response than fits into a message. */
    static ReferenceStore<String> messagesCutTheResponse(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected void tellHandled(Key key, Response<String> response) {
                String value = response.value();
                super.tellHandled(
                        key,
                        new Response<>(
                                value.substring(0, Math.min(16_384, value.length())),
                                response.number(),
                                response.fingerprint(),
                                response.handledAt(),
                                time));
            }
        };
    }

    /** Answers a waiter that asks again as it did the first time. */
    static ReferenceStore<String> aWaiterIsAnsweredFromMemory(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<AttemptId, Claimed<String>> answers = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return super.join(key, attempt)
                        .thenApply(answer -> answers.merge(attempt.id(), answer, (earlier, later) -> earlier));
            }
        };
    }

    /** Grants a record to a join and keeps it free. */
    static ReferenceStore<String> aJoinKeepsNoClaim(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return super.join(key, attempt)
                        .thenCompose(answer -> release(key, attempt.id()).thenApply(held -> answer));
            }
        };
    }

    /** Forgets in a takeover who has joined. */
    static ReferenceStore<String> aTakeoverForgetsWhoWaits(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected boolean isLapsed(Entry<String> entry) {
                boolean lapsed = super.isLapsed(entry);
                entry.joined &= !lapsed;
                return lapsed;
            }
        };
    }

    /** Lets everybody take over who waited for the dead owner. */
    static ReferenceStore<String> everybodyTakesOver(Time time) {
        return new ReferenceStore<>(time) {
            private final Map<AttemptId, Long> waitsFor = new ConcurrentHashMap<>();

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return super.join(key, attempt).thenApply(answer -> {
                    if (!(answer instanceof Claimed.Pending<String> pending)) {
                        return answer;
                    }
                    Long earlier = waitsFor.putIfAbsent(attempt.id(), pending.number());
                    return earlier == null || earlier == pending.number()
                            ? answer
                            : new Claimed.Granted<>(new Token(pending.number(), attempt.id()), true);
                });
            }
        };
    }

    /** Grants a released record to everybody who waited. */
    static ReferenceStore<String> everybodyFollowsARelease(Time time) {
        return new ReferenceStore<>(time) {
            private final Set<Key> released = ConcurrentHashMap.newKeySet();

            @Override
            public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
                released.add(key);
                return super.release(key, attempt);
            }

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                return super.join(key, attempt)
                        .thenApply(answer -> released.contains(key) && answer instanceof Claimed.Pending<String> pending
                                ? new Claimed.Granted<>(new Token(pending.number(), attempt.id()), false)
                                : answer);
            }
        };
    }

    /** Goes on telling when a registration was closed. */
    static ReferenceStore<String> keepsTelling(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public Registration hints(Hints<String> hints) {
                super.hints(hints);
                return () -> {};
            }
        };
    }

    /** Fails when it is closed a second time. */
    static ReferenceStore<String> failsWhenClosedAgain(Time time) {
        return new ReferenceStore<>(time) {
            private final AtomicBoolean closed = new AtomicBoolean();

            @Override
            public void close() {
                if (closed.getAndSet(true)) {
                    throw new IllegalStateException("closed already");
                }
            }
        };
    }
}
