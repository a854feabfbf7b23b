package io.apicache.engine;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One process of a walk: the state of the key, what is on the way to the store and back, its callers and owners. */
final class WalkedProcess {

    /** A question to the store on its way, or its answer on the way back. */
    static final class Command {

        final Effect effect;
        final long sent;
        boolean executed;
        boolean vanished; // neither carried out nor answered any more
        boolean givenUp; // the engine takes it for unanswered; the store may still carry it out

        @Nullable
        Object reply;

        Command(Effect effect, long sent) {
            this.effect = effect;
            this.sent = sent;
        }
    }

    /** A caller, and the moment at which it came. */
    record Caller(Waiter<String> waiter, long since) {}

    private static final Key KEY = new Key("walk", "id");

    final Settings settings;
    final List<Command> commands = new ArrayList<>();
    final List<Caller> callers = new ArrayList<>();
    final List<Ownership<String>> owners = new ArrayList<>();
    final List<Object> messages = new ArrayList<>();
    long cutUntil; // nothing comes through to the store and back before that
    private final Walk walk;
    private final KeyContext context;
    private KeyState<String> state;
    private @Nullable Long due;
    private @Nullable Long keeperDue;

    WalkedProcess(Walk walk, Settings settings, int number, SplittableRandom random) {
        this.walk = walk;
        this.cutUntil = walk.now;
        this.settings = settings;
        long[] ids = {0};
        this.context = new KeyContext(settings, () -> new AttemptId(number, ids[0]++), random::nextDouble);
        this.state = new KeyState<>(context, KEY);
    }

    int waiting() {
        return context.capacity.taken();
    }

    boolean isIdle() {
        return state.isEnded();
    }

    // ---- steps, as the engine takes them

    private Effects<String> begin(Occasion occasion) {
        if (state.isEnded()) {
            state = new KeyState<>(context, KEY);
            due = null;
        }
        state.begin(occasion);
        return new Effects<>();
    }

    private void end(Effects<String> effects) {
        if (state.needsTime()) {
            state.advance(walk.now, effects);
        }
        state.conclude(effects);
        due = state.nextDeadline();
        if (effects.isWatched()) {
            keeperSoon(walk.now + settings.sweepNanos());
        }
        if (effects.effect != null) {
            perform(effects.effect);
        }
        if (effects.moreEffects != null) {
            effects.moreEffects.forEach(this::perform);
        }
        if (effects.threadless != null) {
            resolved();
        }
    }

    private void keeperSoon(long at) {
        keeperDue = keeperDue == null ? Long.valueOf(at) : Long.valueOf(Math.min(keeperDue, at));
    }

    private void perform(Effect effect) {
        if (effect instanceof Effect.Completed completed) {
            completed.carryOut();
        } else if (effect instanceof Query.Ask
                || effect instanceof Ownership.Send
                || effect instanceof Ownership.Renewal
                || effect instanceof Ownership.Release
                || effect instanceof RemoteRecord.GiveBack) {
            commands.add(new Command(effect, walk.now));
            keeperSoon(walk.now + settings.sweepNanos());
        }
    }

    private void resolved() {
        for (int i = callers.size() - 1; i >= 0; i--) {
            Caller caller = callers.get(i);
            Resolution<String> resolution = caller.waiter().resolution();
            if (resolution != null) {
                callers.remove(i);
                if (resolution instanceof Resolution.Run<String> run) {
                    owners.add(run.ownership());
                }
                walk.check(caller, resolution);
            }
        }
    }

    // ---- callers

    void arrive(@Nullable Digest fingerprint, long maxWait) {
        Waiter<String> waiter = new Waiter<>(KEY, fingerprint, walk.now, maxWait, walk.now, null);
        callers.add(new Caller(waiter, walk.moment));
        Effects<String> effects = begin(Occasion.CALLER);
        state.arrive(waiter, effects);
        end(effects);
        if (waiter.resolution() == null) {
            keeperSoon(walk.now + settings.sweepNanos());
        }
    }

    void leave(int caller) {
        Effects<String> effects = begin(Occasion.CALLER);
        if (state.leave(callers.get(caller).waiter())) {
            callers.remove(caller);
        }
        end(effects);
    }

    // ---- owners

    void handle(int number, String response) {
        Ownership<String> owner = owners.get(number);
        if (owner.isAnswered() || owner.isFinished()) {
            return;
        }
        Effects<String> effects = begin(Occasion.CALLER);
        HandleAttempt<String> attempt = state.owners.beginHandle(owner, false);
        if (attempt != null) {
            attempt.prepared = () -> {
                throw new AssertionError("the walk stores " + response + " itself");
            };
            effects.add(Objects.requireNonNull(state.owners.send(owner, attempt, walk.now)));
            walk.handling(owner, attempt, response);
        }
        end(effects);
    }

    void close(int number) {
        Ownership<String> owner = owners.remove(number);
        Effects<String> effects = begin(Occasion.NEWS);
        CompletableFuture<Boolean> unused = state.owners.close(owner, walk.now, effects);
        end(effects);
    }

    // ---- the store

    /** The store carries a command out, and its answer is on the way. */
    void execute(Command command) {
        command.executed = true;
        Effect effect = command.effect;
        WalkedRecord record = walk.record;
        if (effect instanceof Query.Ask<?> ask) {
            command.reply = record.ask(ask.query().attempt, ask.query().joins ? this : null, walk.moment, walk.now);
        } else if (effect instanceof Ownership.Send<?> send) {
            command.reply = record.handle(send.ownership().token(), walk.responseOf(send.attempt()), walk.moment);
            if (command.reply instanceof Stored.Accepted<?> accepted) {
                walk.publish(accepted.record());
            }
        } else if (effect instanceof Ownership.Renewal<?> renewal) {
            command.reply = record.renew(renewal.ownership().token(), settings.lease(), walk.now);
        } else {
            AttemptId attempt = effect instanceof Ownership.Release<?> release
                    ? release.ownership().attemptId()
                    : ((RemoteRecord.GiveBack) effect).attempt();
            boolean held = record.release(attempt, walk.moment);
            command.reply = held;
            if (held) {
                walk.publish("released");
            }
        }
    }

    /** The answer comes in, or a failure in its place. */
    @SuppressWarnings("unchecked") // of this key
    void answer(Command command, @Nullable Outcome failure) {
        commands.remove(command);
        StoreUnavailableException thrown =
                failure == null ? null : new StoreUnavailableException("planted", failure, null);
        Effect effect = command.effect;
        if (command.givenUp || effect instanceof RemoteRecord.GiveBack) {
            return;
        }
        Effects<String> effects = begin(Occasion.NEWS);
        if (effect instanceof Query.Ask<?> ask) {
            answerQuery((Query.Ask<String>) ask, (Claimed<String>) command.reply, thrown, effects);
        } else if (effect instanceof Ownership.Send<?> send) {
            answerSend((Ownership.Send<String>) send, (Stored<String>) command.reply, thrown, effects);
        } else if (effect instanceof Ownership.Renewal<?> renewal) {
            state.owners.renewed(
                    (Ownership.Renewal<String>) renewal,
                    thrown == null ? (Boolean) command.reply : null,
                    thrown,
                    walk.now,
                    effects);
        } else {
            state.owners.released((Ownership.Release<String>) effect, effects);
        }
        end(effects);
        if (effect instanceof Ownership.Release<?> release) {
            Effect.complete(release.answer(), thrown);
        }
    }

    private void answerQuery(
            Query.Ask<String> ask,
            @Nullable Claimed<String> reply,
            @Nullable StoreUnavailableException thrown,
            Effects<String> effects) {
        if (thrown != null || reply == null) {
            state.queryFailed(ask, thrown == null ? new AssertionError() : thrown, walk.now, effects);
        } else if (reply instanceof Handled<String> handled) {
            if (state.replayed(ask, handled, handled.fingerprint(), effects)) {
                state.claimAgain(walk.now, effects);
            }
        } else {
            state.answered(ask, reply, walk.now, effects);
        }
    }

    private void answerSend(
            Ownership.Send<String> send,
            @Nullable Stored<String> reply,
            @Nullable StoreUnavailableException thrown,
            Effects<String> effects) {
        if (thrown != null || reply == null) {
            state.owners.sendFailed(send, thrown == null ? new AssertionError() : thrown, walk.now, effects);
        } else if (reply instanceof Stored.Accepted<String> accepted) {
            Handled<String> record = accepted.record();
            state.owners.accepted(send, record, record.fingerprint(), effects);
        } else {
            state.owners.refused(send, reply, walk.now, effects);
        }
    }

    /** A message comes in. */
    @SuppressWarnings("unchecked") // of this key
    void hear(Object message) {
        Effects<String> effects = begin(Occasion.NEWS);
        boolean looks = message instanceof Handled<?> handled
                ? state.handledElsewhere((Handled<String>) handled, handled.number(), handled.fingerprint(), effects)
                : state.changed();
        if (looks) {
            state.join(walk.now, effects);
        }
        end(effects);
    }

    /** The record was invalidated through this process. */
    void invalidated() {
        Effects<String> effects = begin(Occasion.NEWS);
        Ownership<String> held = state.invalidated();
        if (held != null) {
            perform(state.owners.verification(held, walk.now));
        }
        end(effects);
    }

    // ---- time

    /** {@return when the engine must be given the time, or null} */
    @Nullable
    Long due() {
        Long next = due;
        if (keeperDue != null) {
            next = next == null ? keeperDue : Long.valueOf(Math.min(next, keeperDue));
        }
        for (Command command : commands) {
            if (isBounded(command) && !command.givenUp) {
                long end = command.sent + settings.storeTimeoutNanos();
                next = next == null ? Long.valueOf(end) : Long.valueOf(Math.min(next, end));
            }
        }
        return next;
    }

    private static boolean isBounded(Command command) {
        return command.effect instanceof Ownership.Release;
    }

    /** Does what the timers do that are due. */
    void timePasses() {
        if (due != null && walk.now - due >= 0) {
            Effects<String> effects = begin(Occasion.TIME);
            end(effects);
        }
        if (keeperDue != null && walk.now - keeperDue >= 0) {
            keeperDue = null;
            if (!state.isEnded()) {
                Effects<String> effects = begin(Occasion.NEWS);
                long next = state.expire(walk.now, effects);
                end(effects);
                keeperSoon(Math.max(Math.min(next, walk.now + settings.sweepNanos()), walk.now + 1_000_000));
            }
        }
        for (int i = 0; i < commands.size(); i++) {
            Command command = commands.get(i);
            if (isBounded(command) && !command.givenUp && walk.now - command.sent >= settings.storeTimeoutNanos()) {
                giveUp(command);
            }
        }
    }

    @SuppressWarnings("unchecked") // of this key
    private void giveUp(Command command) {
        command.givenUp = true;
        Effects<String> effects = begin(Occasion.NEWS);
        Ownership.Release<String> release = (Ownership.Release<String>) command.effect;
        state.owners.released(release, effects);
        end(effects);
        Effect.complete(release.answer(), new StoreUnavailableException("unanswered", Outcome.UNKNOWN, null));
    }
}
