package io.apicache;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Digest;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The right to answer one request, and the lease under it. The owner counts its own deadline from before the command was sent, on
 * a monotonic clock: past it the claim is lost without asking anybody.
 *
 * <p>Mutable state is guarded by the room's lock.
 */
final class Claim<R> {

    private enum State {
        OPEN,
        /** Being given back: nobody here may ask for it before the store knows. */
        RELEASING,
        /** Could not be kept. A late handle is still tried: the store accepts it if nobody has taken over. */
        LOST,
        /** There was no claim in the first place. */
        UNPROTECTED,
        HANDLED,
        RELEASED
    }

    private static final CompletableFuture<Boolean> NOT_RELEASED = CompletableFuture.completedFuture(false);

    private final Room<R> room;
    private final Engine<R> engine;
    private final Request request;
    private final @Nullable Token token;
    private final boolean takenOver;
    private final long opened;
    private final Lease lease; // unused without protection
    private final @Nullable Claim<R> earlier; // one of this cache on the same id, lost but still in somebody's hands

    private State state;
    private boolean attempted; // handle was called, so the work is done
    private CompletableFuture<Boolean> released = NOT_RELEASED;
    private boolean doubtful; // the record went while a handle was on its way
    private boolean abandoned; // closed by its holder while a handle was on its way
    private @Nullable Handling<R> handling;
    private long lostAt;
    private @Nullable CompletableFuture<Void> lost; // made when somebody asks

    Claim(Room<R> room, Request request, Granted<R> granted, long sent, @Nullable Claim<R> earlier) {
        this.room = room;
        this.engine = room.engine();
        this.request = request;
        this.token = granted.token();
        this.takenOver = granted.takenOver();
        this.opened = sent;
        this.earlier = earlier;
        this.state = State.OPEN;
        this.lease = new Lease(engine.limits(), sent);
    }

    private Claim(Room<R> room, Request request) {
        this.room = room;
        this.engine = room.engine();
        this.request = request;
        this.token = null;
        this.takenOver = false;
        this.opened = engine.now();
        this.earlier = null;
        this.lease = new Lease(engine.limits(), opened);
        this.state = State.UNPROTECTED;
    }

    static <R> Claim<R> unprotected(Room<R> room, Request request) {
        return new Claim<>(room, request);
    }

    // ---- what the room asks, under its lock

    boolean isHeld() {
        return state == State.OPEN || state == State.RELEASING;
    }

    /** {@return whether it is about to end, as far as is known} */
    boolean isEnding() {
        return state == State.RELEASING || (doubtful && handling != null);
    }

    /** The record is not what it was: if a response is on its way, nobody can tell whether it was stored before or will be refused. */
    void doubt() {
        doubtful = handling != null;
    }

    boolean isDoubtful() {
        return doubtful;
    }

    AttemptId attempt() {
        return proof().owner();
    }

    @Nullable
    Digest fingerprint() {
        Fingerprint fingerprint = request.fingerprint();
        return fingerprint == null ? null : fingerprint.digest();
    }

    long leaseLeft() {
        return lease.left(engine.now());
    }

    /** Renews, notices a loss. {@return when it must be looked at again} */
    long sweep(long now, Outbox<R> out) {
        long due = now + engine.limits().storeTimeoutNanos();
        if (handling != null) {
            handling.sweep(now, out);
            due = now + engine.limits().storeTimeoutNanos() / 2;
        }
        long forgotten = opened + engine.limits().workLimitNanos();
        if (state == State.OPEN && (lease.isOver(now) || now - forgotten >= 0)) {
            lose(out);
        } else if (state == State.OPEN) {
            if (lease.startRenewal(now)) {
                out.act(() -> sendRenewal(now));
            }
            return Decision.earlier(due, Decision.earlier(lease.due(), forgotten));
        }
        if (state == State.LOST
                && handling == null
                && now - lostAt >= engine.limits().workLimitNanos()) {
            room.vacated(this); // whoever holds it has had all the time that work may take
        }
        return due;
    }

    private void sendRenewal(long sent) {
        var unused = Calls.ask(this::renew)
                .whenComplete((kept, failure) -> room.change(out -> {
                    renewed(sent, kept, failure, out);
                    return true;
                }));
    }

    private void renewed(long sent, @Nullable Boolean kept, @Nullable Throwable failure, Outbox<R> out) {
        if (state != State.OPEN) {
            return;
        }
        if (failure != null) {
            StoreUnavailableException cause = Failures.unavailable("renew", Failures.unwrap(failure));
            out.act(() -> engine.events().storeFailed("renew", cause));
        } else if (Boolean.TRUE.equals(kept)
                && !lease.isOver(engine.now())) { // later than that it may be somebody else's already
            lease.renewed(sent);
        } else if (!attempted) {
            lose(out);
        } else {
            doubt(); // with a handle on its way, no claim may just as well mean that it has been stored
        }
    }

    private void lose(Outbox<R> out) {
        state = State.LOST;
        lostAt = engine.now();
        CompletableFuture<Void> told = lost;
        out.act(() -> engine.events().leaseLost(request.id(), told));
    }

    /** Asks the store whether the claim still stands, and loses it if not. */
    void verify() {
        long sent = engine.now();
        try {
            boolean kept = Calls.await(engine.calls().bounded("renew", this::renew), "renew");
            room.change(out -> {
                renewed(sent, kept, null, out);
                return true;
            });
        } catch (StoreUnavailableException e) {
            engine.events().storeFailed("renew", e); // the keeper goes on asking
        }
    }

    private CompletionStage<Boolean> renew() {
        return engine.store().renew(room.key, proof(), engine.limits().lease());
    }

    /** The cache is closing. {@return completes when the store has been told} */
    CompletableFuture<?> cacheClosed(Outbox<R> out) {
        boolean open = state == State.OPEN;
        if (open) {
            lose(out);
        }
        room.vacated(this);
        return open ? engine.giveBack(room.key, attempt()) : CompletableFuture.completedFuture(null);
    }

    // ---- what the holder does

    Duration defaultKeepFor() {
        return engine.limits().keepFor();
    }

    long number() {
        return token == null ? 0 : token.number();
    }

    Token proof() {
        return Objects.requireNonNull(token, "an unprotected claim has no token");
    }

    Room<R> room() {
        return room;
    }

    boolean takenOver() {
        return takenOver;
    }

    boolean isLost() {
        return locked(() -> {
            if (state == State.OPEN && lease.isOver(engine.now())) {
                return true; // the timer is late: nobody may rely on it for this
            }
            return state == State.LOST;
        });
    }

    CompletionStage<Void> lost() {
        return locked(() -> {
            CompletableFuture<Void> stage = lost;
            if (stage == null) {
                stage = new CompletableFuture<>();
                lost = stage;
                if (state == State.LOST) {
                    stage.complete(null);
                }
            }
            return stage.minimalCompletionStage();
        });
    }

    /** {@return whether handle by id could mean another claim than this} */
    boolean isAmbiguous() {
        return earlier != null && (earlier.state == State.LOST || earlier.isAmbiguous());
    }

    void handle(R response, Duration keepFor, boolean byId) {
        Calls.await(startHandling(response, keepFor, byId), "handle");
        handledEvent();
    }

    CompletableFuture<Void> handleAsync(R response, Duration keepFor, boolean byId) {
        CompletableFuture<Boolean> started;
        try {
            started = startHandling(response, keepFor, byId);
        } catch (LeaseLostException e) {
            started = CompletableFuture.failedFuture(e);
        }
        return engine.calls().handOver(started, done -> {
            handledEvent();
            return null;
        });
    }

    private void handledEvent() {
        if (token != null && engine.events().isHeard()) {
            engine.events().handled(request.id(), Duration.ofNanos(engine.now() - opened));
        }
    }

    private CompletableFuture<Boolean> startHandling(R response, Duration keepFor, boolean byId) {
        Objects.requireNonNull(response, "response");
        Duration kept = Durations.keepFor(keepFor);
        Handling<R> started = locked(() -> {
            if (state == State.UNPROTECTED) {
                state = State.HANDLED;
                return null;
            }
            if (byId) {
                room.requireMeant(this);
            }
            requireUnfinished("handled");
            if (engine.isClosed()) {
                throw new LeaseLostException("the cache was closed, which gave the claim on " + room.key + " back");
            }
            attempted = true;
            handling = new Handling<>(this);
            return handling;
        });
        if (started == null) {
            room.finishUnprotected();
            return CompletableFuture.completedFuture(true);
        }
        return started.start(response, kept);
    }

    private void requireUnfinished(String verb) {
        String done = switch (state) {
            case HANDLED -> "has been handled before";
            case RELEASED, RELEASING -> "has been released before";
            case OPEN, LOST, UNPROTECTED -> handling == null ? null : "is being handled by another call";
        };
        if (done != null) {
            throw new IllegalStateException("the claim on " + room.key + " cannot be " + verb + ": it " + done);
        }
    }

    /** The handle has ended. Called under the room's lock. */
    void handlingEnded(boolean stored, boolean refused, Outbox<R> out) {
        handling = null;
        if (stored) {
            state = State.HANDLED;
        } else if (refused) {
            if (state == State.OPEN) {
                lose(out);
            }
            room.vacated(this); // it has been told: nothing is left to be done with this claim
        } else if (abandoned) {
            state = State.RELEASED;
            room.vacated(this);
        } else if (doubtful) {
            doubtful = false;
            room.stillHeld(out);
        }
    }

    void release(boolean byId) {
        if (Calls.await(startRelease(byId), "release")) {
            engine.events().released(request.id());
        }
    }

    /** {@return completes with whether it was this call that gave the claim back} */
    private CompletableFuture<Boolean> startRelease(boolean byId) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        State before = locked(() -> {
            if (state == State.RELEASING || state == State.RELEASED) {
                return state;
            }
            if (byId && state != State.UNPROTECTED) {
                room.requireMeant(this);
            }
            requireUnfinished("released");
            State was = state;
            state = State.RELEASED;
            if (was == State.OPEN) {
                state = State.RELEASING;
                released = answer;
            }
            return was;
        });
        if (before == State.UNPROTECTED) {
            room.finishUnprotected();
        } else if (before == State.LOST) {
            vacate();
        } else if (before == State.OPEN) {
            var unused = engine.giveBack(room.key, attempt()).whenComplete((held, failure) -> {
                vacate();
                if (failure == null) {
                    answer.complete(true);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
            return answer;
        }
        return locked(() -> released.thenApply(done -> false)); // another call is at it: over when that one is
    }

    private void vacate() {
        room.change(out -> {
            state = State.RELEASED;
            room.vacated(this);
            return true;
        });
    }

    void close() {
        boolean unused = locked(() -> {
            abandoned = handling != null;
            boolean open = state == State.OPEN || state == State.UNPROTECTED || state == State.LOST;
            return open && !attempted;
        });
        if (unused) {
            try {
                release(false);
            } catch (StoreUnavailableException e) {
                // told to the listener already; the lease runs out by itself
            }
        } else if (locked(() -> handling == null && (state == State.OPEN || state == State.LOST))) {
            vacate(); // the work is done and the response is not: renewed no more, so that it lapses
        }
    }

    String describe() {
        return locked(() -> state.name().toLowerCase(Locale.ROOT));
    }

    private <T> T locked(Supplier<T> read) {
        room.lock.lock();
        try {
            return read.get();
        } finally {
            room.lock.unlock();
        }
    }
}
