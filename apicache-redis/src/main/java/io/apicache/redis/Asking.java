package io.apicache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import io.lettuce.core.SetArgs;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Claim and join. A claim is one native command that takes a free record and reads any other, so that a replay costs what a GET costs.
 * Only what cannot be decided on the bytes alone, namely whether a lease is over, goes through the script; and so does every join,
 * which must look and register in one step.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Asking {

    /** How often a record may change between two commands before that is called a failure. */
    private static final int TRIES = 5;

    /**
     * A number may be so much older than its record. Others may have come and gone since it was drawn, and have had greater ones; but not
     * within the grace, in which what they leave behind is seen.
     */
    private static final long OLDEST_MICROS = TimeUnit.MILLISECONDS.toMicros(Moves.GRACE_MILLIS) - 1_000_000;

    private static final byte[] NO_INBOX = {};

    private final Link link;
    private final KeyLayout layout;
    private final ServerClock clock;
    private final Moves moves;
    private final Inbox inbox;

    Asking(Link link, KeyLayout layout, ServerClock clock, Moves moves, Inbox inbox) {
        this.link = link;
        this.layout = layout;
        this.clock = clock;
        this.moves = moves;
        this.inbox = inbox;
    }

    CompletionStage<Claimed<byte[]>> claim(Key key, Attempt attempt) {
        return clock.isDoubtful() ? afterLooking("claim", key, () -> claimNow(key, attempt)) : claimNow(key, attempt);
    }

    CompletionStage<Claimed<byte[]>> join(Key key, Attempt attempt) {
        return clock.isDoubtful() ? afterLooking("join", key, () -> joinNow(key, attempt)) : joinNow(key, attempt);
    }

    /** Asks the server for the time first: this machine was asleep, and numbers that are drawn now would be old. */
    private CompletionStage<Claimed<byte[]>> afterLooking(
            String verb, Key key, Supplier<CompletionStage<Claimed<byte[]>>> question) {
        return clock.ask(link)
                .exceptionally(failure -> {
                    throw new StoreUnavailableException(
                            verb + " of " + key + " was not executed: the time at the server is not known",
                            Outcome.NOT_EXECUTED,
                            ClientFailure.of(RedisFailures.unwrap(failure)));
                })
                .thenCompose(heard -> question.get());
    }

    private CompletionStage<Claimed<byte[]>> claimNow(Key key, Attempt attempt) {
        Question question = new Question("claim", key, attempt, NO_INBOX);
        if (moves.isSuspect(question.name)) {
            question.runScript(); // which reads no more than the header
        } else if (link.server().knowsSetNxGet()) {
            question.take();
        } else {
            question.takeAndGet();
        }
        return question.answer;
    }

    private CompletionStage<Claimed<byte[]>> joinNow(Key key, Attempt attempt) {
        Question question = new Question("join", key, attempt, inbox.id());
        inbox.expect(question.name);
        question.runScript();
        return question.answer;
    }

    /** One claim or join, until it is answered. */
    private final class Question {
        private final String verb;
        private final RecordName name;
        private final Attempt attempt;
        private final byte[] inboxId;
        private final long number = clock.nextNumber();
        private final byte[] pending;
        private final long life;
        private int tries;
        final CompletableFuture<Claimed<byte[]>> answer = new CompletableFuture<>();

        Question(String verb, Key key, Attempt attempt, byte[] inboxId) {
            this.verb = verb;
            this.attempt = attempt;
            this.inboxId = inboxId;
            name = layout.record(key);
            pending = StoredRecord.pending(name, attempt, number, Moves.GRACE_MILLIS);
            life = Moves.life(attempt.lease());
        }

        // ---- the native way

        void take() {
            CompletionStage<byte[]> reply = link.send(commands ->
                    commands.setGet(name.name(), pending, SetArgs.Builder.nx().px(life)));
            Safely.then(reply, answer, (found, failure) -> {
                if (failure == null && found == null) {
                    granted(number, false, 0);
                } else if (failure != null && RedisFailures.isNotUnderstood(failure)) {
                    takeAndGet(); // a node of a cluster that is being upgraded
                } else {
                    seen(found, failure);
                }
            });
        }

        /** Before 7.0 SET does not take NX and GET together: two commands in one flush. */
        void takeAndGet() {
            CompletionStage<String> set = link.send(commands ->
                    commands.set(name.name(), pending, SetArgs.Builder.nx().px(life)));
            CompletionStage<byte[]> get = link.send(commands -> commands.get(name.name()));
            Safely.then(set, answer, (ok, failure) -> {
                if (failure == null && ok != null) {
                    granted(number, false, 0);
                } else if (failure != null) {
                    seen(null, failure);
                } else {
                    Safely.then(get, answer, this::seen);
                }
            });
        }

        private void seen(byte @Nullable [] found, @Nullable Throwable failure) {
            if (failure != null) {
                if (RedisFailures.isReadOnly(failure)) {
                    lookOnly(failure);
                } else {
                    fail(moves.noticed(name, failure));
                }
            } else if (found == null) {
                runScript(); // it ended between the two commands
            } else {
                attempt(() -> decide(moves.read(name, found)));
            }
        }

        private void decide(StoredRecord record) {
            if (record.state() == StoredRecord.HANDLED && record.flags() == 0) {
                answer.complete(moves.present(record));
            } else if (record.state() == StoredRecord.PENDING
                    && !record.isOf(attempt.id()) // or else the reply to an earlier try was lost
                    && attempt.waits()) {
                pending(record, 0);
            } else {
                runScript();
            }
        }

        // ---- through the script

        void runScript() {
            if (++tries > TRIES) {
                answer.completeExceptionally(new StoreUnavailableException(
                        verb + " of " + name.key() + " was not executed: the record changed " + TRIES
                                + " times meanwhile",
                        Outcome.NOT_EXECUTED,
                        null));
                return;
            }
            byte[][] keys = {name.name()};
            CompletionStage<List<Object>> reply = Script.JOIN.run(link, keys, pending, Moves.digits(life), inboxId);
            Safely.then(reply, answer, (said, failure) -> {
                if (failure == null) {
                    attempt(() -> scriptSaid(said));
                } else if (RedisFailures.isReadOnly(failure)) {
                    lookOnly(failure);
                } else {
                    fail(failure);
                }
            });
        }

        private void scriptSaid(List<Object> said) {
            switch (((byte[]) said.get(0))[0]) {
                case 'G' ->
                    granted(ByteBuffer.wrap((byte[]) said.get(1)).getLong(), (Long) said.get(2) == 1, (Long)
                            said.get(3));
                case 'P' -> pending(StoredRecord.read(name, (byte[]) said.get(1)), (Long) said.get(2));
                case 'D' -> {
                    Safely.then(moves.get(name), answer, (found, failure) -> {
                        if (failure != null) {
                            fail(failure);
                        } else if (found != null && found.state() == StoredRecord.HANDLED) {
                            answer.complete(moves.present(found));
                        } else {
                            runScript(); // it ended between the two commands
                        }
                    });
                }
                default -> throw StoredRecord.unreadable(name, new String((byte[]) said.get(1), US_ASCII));
            }
        }

        // ---- where nothing can be written

        /** A response that is there is still handed out, and a claim that is open is still reported. Nobody is registered. */
        private void lookOnly(Throwable refusal) {
            Safely.then(moves.look(name), answer, (look, failure) -> {
                if (failure != null) {
                    fail(failure);
                } else if (look == null || !answered(look)) {
                    fail(refusal);
                }
            });
        }

        private boolean answered(Look look) {
            StoredRecord found = look.record();
            if (found.state() == StoredRecord.HANDLED) {
                return (look.isRetained() || inboxId.length > 0) && answer.complete(moves.present(found));
            }
            if (found.state() != StoredRecord.PENDING) {
                return false;
            }
            if (found.isOf(attempt.id())) {
                return granted(found.number(), false, life - look.millisLeft());
            }
            return look.leaseLeft() > 0 && pending(found, look.leaseLeft());
        }

        // ---- answers

        /** A claim that came to the server too long after its number was drawn is given back, to be made again with another one. */
        private boolean granted(long granted, boolean takenOver, long millisAgo) {
            Token token = new Token(granted, attempt.id());
            if (!clock.isDoubtful() && clock.micros() - 1_000 * millisAgo - granted <= OLDEST_MICROS) {
                return answer.complete(new Claimed.Granted<>(token, takenOver));
            }
            Safely.then(moves.release(name.key(), token), answer, (released, failure) -> {
                if (failure != null) { // whatever is known of the release: the claim has been executed
                    answer.completeExceptionally(new StoreUnavailableException(
                            verb + " of " + name.key() + " was under way for too long, and could not be given back",
                            Outcome.UNKNOWN,
                            ClientFailure.of(RedisFailures.unwrap(failure))));
                }
                answer.completeExceptionally(new StoreUnavailableException(
                        verb + " of " + name.key() + " was under way for too long, and was given back",
                        Outcome.NOT_EXECUTED,
                        null));
            });
            return true;
        }

        private boolean pending(StoredRecord record, long leaseLeft) {
            if (inboxId.length > 0) {
                inbox.joined(name, record.number());
            }
            Duration left = Duration.ofMillis(Math.max(0, leaseLeft - 1)); // less the millisecond of Moves.life
            return answer.complete(new Claimed.Pending<>(record.number(), left, record.fingerprint()));
        }

        private void attempt(Runnable step) {
            try {
                step.run();
            } catch (Throwable e) {
                fail(e);
            }
        }

        private void fail(Throwable failure) {
            answer.completeExceptionally(RedisFailures.translated(verb, name, failure));
        }
    }
}
