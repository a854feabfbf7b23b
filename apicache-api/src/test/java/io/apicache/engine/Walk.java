package io.apicache.engine;

import io.apicache.LeaseLostException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.engine.WalkedProcess.Caller;
import io.apicache.engine.WalkedProcess.Command;
import io.apicache.spi.Digest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A random walk of two processes over one record, in one thread: callers come and go, owners handle, release and die, answers are late, lost
 * or fail, messages are late or lost, the record is invalidated, time passes. After each move the promises are held against the
 * {@link WalkedRecord}. The same seed walks the same way.
 */
public final class Walk {

    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration WORK_LIMIT = Duration.ofMinutes(1);
    private static final Digest[] FINGERPRINTS = {null, null, new Digest(1, 0, 0, 0), new Digest(2, 0, 0, 0)};
    private static final int SHOWN = 60;
    private static final int MOVES = 2_000;

    final WalkedRecord record = new WalkedRecord();
    long now = Long.MAX_VALUE - TimeUnit.HOURS.toNanos(1); // the clock's origin is arbitrary: it overflows
    long moment;
    private final long seed;
    private final SplittableRandom random;
    private final boolean faults;
    private final boolean invalidates; // if in every walk, no lease would ever run out
    private final List<WalkedProcess> processes;
    private final IdentityHashMap<HandleAttempt<?>, String> responses = new IdentityHashMap<>();
    private final IdentityHashMap<HandleAttempt<?>, Ownership<String>> handling = new IdentityHashMap<>();
    private final Deque<String> moves = new ArrayDeque<>();
    private final Set<Long> delivered = new HashSet<>(); // the tokens of owners
    private long handled;

    /** Creates a walk, with faults and little space for waiters, or without faults and with space for all. */
    Walk(long seed, boolean faults) {
        Settings settings = new Settings(
                Duration.ofDays(1), null, LEASE, WORK_LIMIT, STORE_TIMEOUT, faults ? 4 : 1_000, faults ? 6 : 1_000);
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.faults = faults;
        this.invalidates = random.nextBoolean();
        this.processes = List.of(
                new WalkedProcess(this, settings, 1, random.split()),
                new WalkedProcess(this, settings, 2, random.split()));
    }

    /** Walks from one seed after the other. {@return the moves made} */
    static long walk(long firstSeed, int walks, boolean faults) {
        long moves = 0;
        for (int i = 0; i < walks; i++) {
            moves += new Walk(firstSeed + i, faults).run();
        }
        return moves;
    }

    /** Walks until a promise is broken, and throws an AssertionError then. Called by {@link PlantedBugsTest}. */
    public static void walkAll(long firstSeed, int walks) {
        for (int i = 0; i < walks; i++) {
            walk(firstSeed + i, 1, i % 2 == 0);
        }
    }

    /** Makes moves, and then lets everything come to an end. {@return the moves made} */
    private long run() {
        for (int i = 0; i < MOVES; i++) {
            move();
        }
        comeToAnEnd();
        return moment;
    }

    private void move() {
        moment++;
        WalkedProcess process = processes.get(random.nextInt(processes.size()));
        int what = random.nextInt(100);
        if (what < 14) {
            arrive(process);
        } else if (what < 16) {
            leave(process);
        } else if (what < 50) {
            carryOn(process);
        } else if (what < 56) {
            if (faults) {
                fail(process);
            }
        } else if (what < 66) {
            ownerActs(process);
        } else if (what < 76) {
            message(process);
        } else if (what < 78) {
            if (invalidates) {
                invalidate(process);
            }
        } else {
            timePasses();
        }
        checkOwners();
        checkHandles();
    }

    private void note(String text) {
        if (moves.size() == SHOWN) {
            moves.removeFirst();
        }
        moves.addLast(text);
    }

    // ---- moves

    private void arrive(WalkedProcess process) {
        long maxWait = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextLong(30 * MILLISECOND);
            default -> random.nextLong(5_000 * MILLISECOND);
        };
        note("a caller comes");
        process.arrive(FINGERPRINTS[random.nextInt(FINGERPRINTS.length)], maxWait);
    }

    private void leave(WalkedProcess process) {
        if (!process.callers.isEmpty()) {
            note("a caller leaves");
            process.leave(random.nextInt(process.callers.size()));
        }
    }

    /** A command reaches the store, or an answer its process. */
    private void carryOn(WalkedProcess process) {
        Command command = any(process);
        if (command == null || command.vanished || now - process.cutUntil < 0) {
            return;
        }
        if (!command.executed) {
            note("the store carries out " + command.effect.getClass().getSimpleName());
            process.execute(command);
        } else {
            note("answered: " + command.effect.getClass().getSimpleName() + " " + command.reply);
            process.answer(command, null);
        }
    }

    private @Nullable Command any(WalkedProcess process) {
        return process.commands.isEmpty() ? null : process.commands.get(random.nextInt(process.commands.size()));
    }

    private void fail(WalkedProcess process) {
        Command command = any(process);
        if (command == null || command.vanished) {
            return;
        }
        if (random.nextInt(15) == 0) {
            note("a process is cut off");
            process.cutUntil = now + random.nextLong(2 * LEASE.toNanos());
            return;
        }
        if (random.nextInt(10) == 0) {
            note("never answered: " + command.effect.getClass().getSimpleName());
            command.vanished = true;
            return;
        }
        note("fails: " + command.effect.getClass().getSimpleName() + (command.executed ? ", carried out" : ""));
        boolean certain = !command.executed && random.nextBoolean();
        process.answer(command, certain ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN);
    }

    private void ownerActs(WalkedProcess process) {
        boolean sleeps = now - process.cutUntil < 0 && random.nextInt(50) > 0; // or no lease would ever run out
        if (process.owners.isEmpty() || sleeps) {
            return;
        }
        int owner = random.nextInt(process.owners.size());
        if (random.nextInt(3) == 0) {
            note("an owner closes");
            process.close(owner);
        } else {
            note("an owner handles");
            process.handle(owner, "response " + ++handled);
        }
    }

    private void message(WalkedProcess process) {
        if (process.messages.isEmpty()) {
            return;
        }
        Object message = process.messages.remove(random.nextInt(process.messages.size()));
        if (!faults || random.nextInt(4) > 0) {
            note("a message: " + message);
            process.hear(message);
        }
    }

    private void invalidate(WalkedProcess process) {
        note("invalidated");
        record.invalidate(moment);
        publish("invalidated");
        process.invalidated();
    }

    private void timePasses() {
        long step = random.nextInt(4) == 0 ? random.nextLong(500 * MILLISECOND) : random.nextLong(10 * MILLISECOND);
        timePasses(step);
    }

    /** Time passes, and no timer is late. */
    private void timePasses(long step) {
        long end = now + step;
        while (true) {
            long next = end;
            for (WalkedProcess process : processes) {
                Long due = process.due();
                if (due != null && due - next < 0) {
                    next = due;
                }
            }
            now = next - now > 0 ? next : now;
            note("time passes");
            processes.forEach(WalkedProcess::timePasses);
            if (!faults) {
                processes.forEach(this::hurry);
            }
            checkWaits();
            if (now - end >= 0) {
                return;
            }
        }
    }

    /** Without faults the store answers within a tenth of its time-out. */
    private void hurry(WalkedProcess process) {
        for (Command command : List.copyOf(process.commands)) {
            if (now - command.sent >= STORE_TIMEOUT.toNanos() / 10) {
                if (!command.executed) {
                    process.execute(command);
                }
                process.answer(command, null);
            }
        }
    }

    /** Tells all who have joined. */
    void publish(Object message) {
        for (WalkedProcess process : record.joined) {
            process.messages.add(message);
        }
        record.joined.clear();
    }

    // ---- handles

    void handling(Ownership<String> owner, HandleAttempt<String> attempt, String response) {
        responses.put(attempt, response);
        handling.put(attempt, owner);
    }

    String responseOf(HandleAttempt<?> attempt) {
        return responses.getOrDefault(attempt, "marker");
    }

    // ---- the promises

    private void broken(String promise) {
        throw new AssertionError(promise + "\nseed " + seed + ", move " + moment + "\n" + String.join("\n", moves));
    }

    /** A caller has its outcome. */
    void check(Caller caller, Resolution<String> resolution) {
        if (resolution instanceof Resolution.Replay<String> replay) {
            WalkedRecord.Response response = (WalkedRecord.Response) replay.handled();
            if (response.until < caller.since()) {
                broken("H1 a response that was invalidated before the caller came");
            }
            if (Timing.mismatch(response.fingerprint(), caller.waiter().fingerprint)) {
                broken("F1 the response of another request");
            }
        } else if (resolution instanceof Resolution.GiveUp<String>) {
            if (!faults && !record.wasPendingSince(caller.since())) {
                broken("H1 in flight, but no claim was open since the caller came");
            }
        } else if (resolution instanceof Resolution.Run<String> run) {
            granted(run.ownership());
        }
    }

    private void granted(Ownership<String> owner) {
        WalkedRecord.Claim claim = null;
        for (WalkedRecord.Claim each : record.claims) {
            claim = owner.token != null && each.token.equals(owner.token) ? each : claim;
        }
        if (claim == null) {
            broken("C1 a claim that was never granted");
        }
        if (!delivered.add(owner.fencingToken())) {
            broken("C1 a claim that another caller has got");
        }
    }

    /** At most one owner believes that it holds the claim, unless the record was invalidated under it. */
    private void checkOwners() {
        int live = 0;
        for (WalkedProcess process : processes) {
            for (Ownership<String> owner : process.owners) {
                if (owner.state() == Ownership.State.OPEN && !owner.isOverOrLost(now) && !isInvalidated(owner)) {
                    live++;
                }
            }
        }
        if (live > 1) {
            broken("C1 two owners hold the claim");
        }
    }

    private boolean isInvalidated(Ownership<String> owner) {
        for (WalkedRecord.Claim each : record.claims) {
            if (each.token.equals(owner.token)) {
                return each.invalidated || hasResponse(owner);
            }
        }
        return true; // long ago
    }

    private boolean hasResponse(Ownership<String> owner) {
        for (WalkedRecord.Response each : record.responses) {
            if (each.token.equals(owner.token)) {
                return true;
            }
        }
        return false;
    }

    /** The outcome of a handle agrees with the record. */
    private void checkHandles() {
        handling.entrySet().removeIf(entry -> {
            HandleAttempt<?> attempt = entry.getKey();
            if (!attempt.done.isDone()) {
                return false;
            }
            boolean stored = hasResponse(entry.getValue());
            if (!attempt.done.isCompletedExceptionally() && !stored) {
                broken("H3 an owner was told that its response is stored, and it is not");
            }
            Throwable failure = attempt.done.handle((done, thrown) -> thrown).join();
            if (failure instanceof LeaseLostException && stored && !wasInvalidated(entry.getValue())) {
                broken("H3 an owner was told that its claim was lost, and its response is stored");
            }
            responses.remove(attempt);
            return true;
        });
    }

    private boolean wasInvalidated(Ownership<String> owner) {
        for (WalkedRecord.Response each : record.responses) {
            if (each.token.equals(owner.token)) {
                return each.until != Long.MAX_VALUE;
            }
        }
        return true;
    }

    /** No caller waits for longer than its time and one store time-out. */
    private void checkWaits() {
        long longest = STORE_TIMEOUT.toNanos() + 2 * MILLISECOND;
        for (WalkedProcess process : processes) {
            for (Caller caller : process.callers) {
                if (now - caller.waiter().deadline > longest) {
                    broken("W2 a caller still waits " + (now - caller.waiter().deadline) / MILLISECOND
                            + " ms after its time was up");
                }
            }
        }
    }

    /** All owners go away, all commands and messages arrive, and time passes: nothing may be left. */
    private void comeToAnEnd() {
        for (int i = 0; i < 2_000; i++) {
            moment++;
            for (WalkedProcess process : processes) {
                while (!process.owners.isEmpty()) {
                    process.close(0);
                }
                while (!process.messages.isEmpty()) {
                    process.hear(process.messages.remove(0));
                }
                for (Command command : List.copyOf(process.commands)) {
                    if (command.vanished) {
                        continue;
                    }
                    if (!command.executed) {
                        process.execute(command);
                    }
                    process.answer(command, null);
                }
            }
            timePasses(10 * MILLISECOND);
            checkHandles();
        }
        for (WalkedProcess process : processes) {
            if (!process.callers.isEmpty()) {
                broken("W1 a caller still waits when everything has come to an end");
            }
            if (!process.isIdle()) {
                broken("M1 the state of a key is left when everything has come to an end");
            }
            if (process.waiting() != 0) {
                broken("M1 " + process.waiting() + " waiters are counted that are gone");
            }
        }
        timePasses(WORK_LIMIT.toNanos());
        if (record.claim() != null && now - record.claim().leaseEnds < 0) {
            broken("L1 a claim is renewed that has no owner");
        }
    }
}
