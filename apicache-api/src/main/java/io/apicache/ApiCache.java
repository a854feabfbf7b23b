package io.apicache;

import io.apicache.engine.Claim;
import io.apicache.engine.Durations;
import io.apicache.engine.Settings;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives a cluster of servers one answer per request: the first caller with a request id does the work, every other caller gets its
 * response, now or as soon as it is there. A service holds one for each response type, for its whole life: a cache that is built for each
 * request, over a store of its own, remembers nothing.
 *
 * <pre>{@code
 * class Invoices {
 *
 *     private static final ApiCache<Invoice> INVOICES = ApiCache.over(new MemoryStore<Invoice>())
 *             .namespace("invoices").keepFor(Duration.ofHours(24)).build();
 *
 *     Reply create(String requestId) {
 *         Receipt<Invoice> receipt = INVOICES.receiveAndWait(requestId, Duration.ofSeconds(2));
 *         if (receipt instanceof Cached<Invoice> hit) return ok(hit.response());             // the work is done: the same answer
 *         if (receipt instanceof InFlight<Invoice> busy) return conflict(busy.retryAfter()); // another caller is at work
 *         try (FirstSeen<Invoice> claim = (FirstSeen<Invoice>) receipt) {                    // the work is ours
 *             Invoice invoice = createInvoice();                                             // it throws: a waiter does it
 *             claim.handle(invoice);                                                         // stored, and every waiter wakes
 *             return ok(invoice);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>The {@code try} gives the claim back if the work throws; without it, the id is taken until the work limit. {@link #execute} does the
 * same for work that is a lambda.
 *
 * <p>What it promises, and what nobody can, is in {@code docs/guarantees.md}.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 *
 * @param <R> the response type; receivers from a store in memory share the object, so it should be immutable
 */
public final class ApiCache<R> implements AutoCloseable {

    private final Calls<R> calls;

    private ApiCache(Calls<R> calls) {
        this.calls = calls;
    }

    /**
     * Starts to build a cache.
     *
     * @param store where records live; it stays the caller's, and is not closed with the cache
     * @param <R> the response type
     * @return a builder with the defaults
     */
    public static <R> Builder<R> over(Store<R> store) {
        return new Builder<>(store);
    }

    /**
     * Receives a request, waiting for the response if somebody is at work on it.
     *
     * @param requestId see {@link Request#of(String)}
     * @param maxWait how long the call may wait, zero or more; with zero it only asks the store once
     * @return {@link FirstSeen}, {@link Cached} or {@link InFlight}
     * @throws StoreUnavailableException if the store cannot be asked. The call returns at the latest {@code storeTimeout} after {@code
     *     maxWait}, whatever the store, the timer, the executor or other callers do
     * @throws CorruptRecordException if the record cannot be read
     * @throws ResponseNotKeptException if the work is done and its response could not be kept
     * @throws WaitInterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the id is not acceptable, or the time negative
     * @throws IllegalStateException if the cache is closed, before or during the wait
     */
    public Receipt<R> receiveAndWait(String requestId, Duration maxWait) {
        return calls.receiveAndWait(requestId, maxWait);
    }

    /**
     * Receives a request with a fingerprint, as {@link #receiveAndWait(String, Duration)}.
     *
     * @param request the id and what must not differ between retries
     * @param maxWait how long the call may wait, zero or more
     * @return {@link FirstSeen}, {@link Cached} or {@link InFlight}
     * @throws RequestMismatchException if the id was used with another fingerprint, whether that request is done or not
     */
    public Receipt<R> receiveAndWait(Request request, Duration maxWait) {
        return calls.receiveAndWait(Objects.requireNonNull(request, "request"), maxWait);
    }

    /**
     * Receives a request without holding a thread while it waits. Arguments, and that the cache is open, are checked in this call; all
     * other failures complete the future exceptionally. Its dependents run on the calling thread if the answer was at hand, and else on the
     * {@linkplain Builder#executor(Executor) executor}: a dependent that blocks there holds up other dependents, never a blocked caller.
     * Cancelling the future ends the wait; a claim that was about to be granted goes to another caller.
     *
     * @param requestId see {@link Request#of(String)}
     * @param maxWait how long to wait, zero or more
     * @return the receipt, or the exceptions of {@link #receiveAndWait(String, Duration)}
     */
    public CompletableFuture<Receipt<R>> receiveAsync(String requestId, Duration maxWait) {
        return calls.receiveAsync(Request.of(requestId), maxWait);
    }

    /**
     * Receives a request with a fingerprint without holding a thread, as {@link #receiveAsync(String, Duration)}.
     *
     * @param request the id and what must not differ between retries
     * @param maxWait how long to wait, zero or more
     * @return the receipt, or the exceptions of {@link #receiveAndWait(Request, Duration)}
     */
    public CompletableFuture<Receipt<R>> receiveAsync(Request request, Duration maxWait) {
        return calls.receiveAsync(request, maxWait);
    }

    /**
     * Stores the response under the claim that this cache handed out for the id: {@link FirstSeen#handle(Object)} for callers that do
     * not keep the receipt.
     *
     * @param requestId the id that was received
     * @param response what every other caller gets
     * @throws IllegalStateException if this cache holds no claim on the id, or more than one was handed out
     * @throws NullPointerException if the response is null, as {@link FirstSeen#handle(Object)}
     */
    public void handle(String requestId, R response) {
        Claim<R> claim = calls.claimOf(requestId);
        if (claim != null) {
            claim.handle(response, claim.keepFor(), true);
        }
    }

    /**
     * Stores the response for a time of its own, as {@link #handle(String, Object)}.
     *
     * @param requestId the id that was received
     * @param response what every other caller gets
     * @param keepFor how long it is retained from now on; zero hands it to the present waiters only
     */
    public void handle(String requestId, R response, Duration keepFor) {
        Durations.keepFor(keepFor);
        Claim<R> claim = calls.claimOf(requestId);
        if (claim != null) {
            claim.handle(response, keepFor, true);
        }
    }

    /**
     * Stores the response without waiting for the store, as {@link FirstSeen#handleAsync(Object)}.
     *
     * @param requestId the id that was received
     * @param response what every other caller gets
     * @return completes when it is stored
     * @throws IllegalStateException as {@link #handle(String, Object)}
     */
    public CompletableFuture<Void> handleAsync(String requestId, R response) {
        Claim<R> claim = calls.claimOf(requestId);
        return claim == null
                ? CompletableFuture.completedFuture(null)
                : claim.handleAsync(response, claim.keepFor(), true);
    }

    /**
     * Stores the response for a time of its own without waiting for the store.
     *
     * @param requestId the id that was received
     * @param response what every other caller gets
     * @param keepFor how long it is retained from now on; zero hands it to the present waiters only
     * @return completes when it is stored
     * @throws IllegalStateException as {@link #handle(String, Object)}
     */
    public CompletableFuture<Void> handleAsync(String requestId, R response, Duration keepFor) {
        Durations.keepFor(keepFor);
        Claim<R> claim = calls.claimOf(requestId);
        return claim == null ? CompletableFuture.completedFuture(null) : claim.handleAsync(response, keepFor, true);
    }

    /**
     * Gives the claim on an id back without a response, as {@link FirstSeen#release()}.
     *
     * @param requestId the id that was received
     * @throws IllegalStateException if this cache holds no claim on the id, or more than one was handed out
     */
    public void release(String requestId) {
        Claim<R> claim = calls.claimOf(requestId);
        if (claim != null) {
            claim.release(true);
        }
    }

    /**
     * Gives the claim on an id back without waiting for the store, as {@link FirstSeen#releaseAsync()}.
     *
     * @param requestId the id that was received
     * @return completes when it is given back, or exceptionally as {@link FirstSeen#releaseAsync()}
     * @throws IllegalStateException if this cache holds no claim on the id, or more than one was handed out
     */
    public CompletableFuture<Void> releaseAsync(String requestId) {
        Claim<R> claim = calls.claimOf(requestId);
        return claim == null ? CompletableFuture.completedFuture(null) : claim.releaseAsync(true);
    }

    /**
     * Looks without claiming and without waiting for an owner.
     *
     * @param requestId see {@link Request#of(String)}
     * @return the response, if it has been handled and is retained
     * @throws StoreUnavailableException if the store cannot be asked
     * @throws ResponseNotKeptException if the work is done and its response could not be kept
     */
    public Optional<Cached<R>> peek(String requestId) {
        return calls.peek(Request.of(requestId));
    }

    /**
     * Looks for the response to a request with a fingerprint, as {@link #peek(String)}.
     *
     * @param request the id and what must not differ between retries
     * @return the response, if it has been handled and is retained
     * @throws RequestMismatchException if the response belongs to a request with the same id and another fingerprint
     */
    public Optional<Cached<R>> peek(Request request) {
        return calls.peek(Objects.requireNonNull(request, "request"));
    }

    /**
     * Looks without claiming and without holding a thread, as {@link #peek(Request)}.
     *
     * @param request the id and what must not differ between retries
     * @return the response, if it has been handled and is retained, or the exceptions of {@link #peek(Request)}; completed on the calling
     *     thread if the answer was at hand, and else on the executor
     */
    public CompletableFuture<Optional<Cached<R>>> peekAsync(Request request) {
        return calls.peekAsync(Objects.requireNonNull(request, "request"));
    }

    /**
     * Looks without claiming and without holding a thread, as {@link #peekAsync(Request)}.
     *
     * @param requestId see {@link Request#of(String)}
     * @return the response, if it has been handled and is retained, or the exceptions of {@link #peek(String)}
     */
    public CompletableFuture<Optional<Cached<R>>> peekAsync(String requestId) {
        return calls.peekAsync(Request.of(requestId));
    }

    /**
     * Removes the record of an id, whatever its state. An owner at work loses its claim; one of the waiters takes over.
     *
     * @param requestId see {@link Request#of(String)}
     * @return whether there was a record
     * @throws StoreUnavailableException if it is not known to be removed
     */
    public boolean invalidate(String requestId) {
        return calls.invalidate(requestId);
    }

    /**
     * Removes the record of an id without holding a thread, as {@link #invalidate(String)}.
     *
     * @param requestId see {@link Request#of(String)}
     * @return whether there was a record, or {@link StoreUnavailableException} if it is not known to be removed
     */
    public CompletableFuture<Boolean> invalidateAsync(String requestId) {
        return calls.invalidateAsync(requestId);
    }

    /**
     * Receives, does the work if it is this caller's, and stores what the work returned. If the work throws, the claim is given back and a
     * waiter does the work instead.
     *
     * <p><b>Finished work is owed to its caller.</b> A response that the work returned and that could not be stored is in {@link
     * ApiCacheException#response()} of the exception. With {@link Unavailable#RUN_UNPROTECTED} it is returned instead, and the listener is
     * notified by {@link ApiCacheListener#responseNotStored}. A response that cannot be stored at all leaves a marker in the record, see
     * {@link ResponseNotKeptException}. The guide has a table of all cases.
     *
     * <p>If the work calls this cache for its own id on the same thread, and would wait, that call throws {@link
     * IllegalStateException}: the work would wait for itself. Only this cache knows of its work; a second cache over the same store, or
     * another thread that the work waits for, waits for its whole {@code maxWait}.
     *
     * @param requestId see {@link Request#of(String)}
     * @param maxWait how long to wait for another owner's response
     * @param work runs on this thread, at most once; must not return null
     * @return the response, this caller's or another owner's
     * @throws Exception what the work threw
     * @throws IllegalStateException if this thread is inside the work for this id, or if the cache is closed
     * @throws StillInFlightException if another owner did not finish in time
     * @throws LeaseLostException if the work was done but its claim lost meanwhile, so that another response may be the one that counts
     * @throws StoreUnavailableException if the store cannot be asked, or the response is not known to be stored
     * @throws ResponseTooLargeException if codec or store refuse the response for its size
     * @throws ResponseNotKeptException if the response cannot be encoded or is null, or if that was so for the owner before
     * @throws WaitInterruptedException if the thread was interrupted while it waited, or while the response was stored
     */
    public R execute(String requestId, Duration maxWait, Callable<? extends R> work) throws Exception {
        return execute(Request.of(requestId), maxWait, work);
    }

    /**
     * Receives with a fingerprint, does the work if it is this caller's, and stores what the work returned, as {@link #execute(String,
     * Duration, Callable)}.
     *
     * @param request the id and what must not differ between retries
     * @param maxWait how long to wait for another owner's response
     * @param work runs on this thread, at most once; must not return null
     * @return the response, this caller's or another owner's
     * @throws Exception what the work threw
     */
    public R execute(Request request, Duration maxWait, Callable<? extends R> work) throws Exception {
        Objects.requireNonNull(work, "work");
        return execute(request, maxWait, claim -> work.call());
    }

    /**
     * Does work that sees its claim, as {@link #execute(String, Duration, Callable)}. The work may choose how long its response is kept,
     * may stop when the claim is lost, and may end the claim itself.
     *
     * @param requestId see {@link Request#of(String)}
     * @param maxWait how long to wait for another owner's response
     * @param work runs on this thread, at most once; must not return null
     * @return the response, this caller's or another owner's
     * @throws Exception what the work threw
     */
    public R execute(String requestId, Duration maxWait, Work<R> work) throws Exception {
        return execute(Request.of(requestId), maxWait, work);
    }

    /**
     * Does work that sees its claim, with a fingerprint, as {@link #execute(String, Duration, Work)}.
     *
     * @param request the id and what must not differ between retries
     * @param maxWait how long to wait for another owner's response
     * @param work runs on this thread, at most once; must not return null
     * @return the response, this caller's or another owner's
     * @throws Exception what the work threw
     */
    public R execute(Request request, Duration maxWait, Work<R> work) throws Exception {
        Objects.requireNonNull(work, "work");
        Receipt<R> receipt = receiveAndWait(request, maxWait);
        Execution<R> execution = new Execution<>(calls, request, maxWait);
        return receipt instanceof FirstSeen<R> claim
                ? execution.run(claim, work)
                : Objects.requireNonNull(execution.answered(receipt));
    }

    /**
     * The whole pattern without holding a thread: receives, does the work if it is this caller's, stores the response, and closes the claim
     * whatever happens. What the caller is owed is as for {@link #execute(String, Duration, Callable)}; all failures complete the future
     * exceptionally. Cancelling the future ends the wait. Work that has begun goes on, and its response is stored.
     *
     * @param requestId see {@link Request#of(String)}
     * @param maxWait how long to wait for another owner's response
     * @param work begins the work, at most once, on the calling thread or on the {@linkplain Builder#executor(Executor) executor}. The stage
     *     must not complete with null
     * @return the response, this caller's or another owner's; completed on the executor, or on the thread that completes the work
     */
    public CompletableFuture<R> executeAsync(
            String requestId,
            Duration maxWait,
            Function<? super FirstSeen<R>, ? extends CompletionStage<? extends R>> work) {
        return executeAsync(Request.of(requestId), maxWait, work);
    }

    /**
     * The whole pattern with a fingerprint and without holding a thread, as {@link #executeAsync(String, Duration, Function)}.
     *
     * @param request the id and what must not differ between retries
     * @param maxWait how long to wait for another owner's response
     * @param work begins the work, at most once
     * @return the response, this caller's or another owner's
     */
    public CompletableFuture<R> executeAsync(
            Request request,
            Duration maxWait,
            Function<? super FirstSeen<R>, ? extends CompletionStage<? extends R>> work) {
        Objects.requireNonNull(work, "work");
        return new Execution<>(calls, request, maxWait).runAsync(receiveAsync(request, maxWait), work);
    }

    /**
     * Ends every wait with an exception, gives open claims back, and stops the threads that the cache started. Does not close the store.
     * Calls of {@code handle}, {@code release}, {@code peek} and {@code invalidate} that are under way get the store's answer, or {@link
     * StoreUnavailableException} with an unknown outcome. Returns within the store time-out; closing twice does nothing.
     */
    @Override
    public void close() {
        calls.close();
    }

    /** {@return the namespace and how much is going on} */
    @Override
    public String toString() {
        return "ApiCache[" + calls.describe() + "]";
    }

    /**
     * Collects the settings of a cache. Each has a default.
     *
     * <p><b>Thread-safety:</b> for one thread.
     *
     * @param <R> the response type
     */
    public static final class Builder<R> {

        private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
        private static final Duration LONGEST_STORE_TIMEOUT = Duration.ofMinutes(1);

        final Store<R> store;
        String namespace = "default";
        final List<ApiCacheListener> listeners = new ArrayList<>();
        Unavailable whenUnavailable = Unavailable.FAIL;
        Time time = Time.system();

        @Nullable
        ScheduledExecutorService scheduler;

        @Nullable
        Executor executor;

        /** 0 to 1: where in its range a time is placed that processes or clients had better not share. Without a lock that callers share. */
        DoubleSupplier jitter = () -> ThreadLocalRandom.current().nextDouble();

        private Duration keepFor = Duration.ofHours(24);
        private @Nullable Duration notKeptFor;
        private Duration lease = Duration.ofSeconds(10);
        private Duration workLimit = Duration.ofMinutes(15);
        private Duration storeTimeout = Duration.ofSeconds(2);
        private int waitersPerId = 20_000;
        private int waiters = 100_000;

        Builder(Store<R> store) {
            this.store = Objects.requireNonNull(store, "store");
        }

        /**
         * Keeps the ids of one use apart from those of others in the same store.
         *
         * @param namespace 1 to 64 letters, digits, dots, underscores or hyphens; {@code default} by default
         * @return this
         */
        public Builder<R> namespace(String namespace) {
            if (!NAMESPACE
                    .matcher(Objects.requireNonNull(namespace, "namespace"))
                    .matches()) {
                throw new IllegalArgumentException(
                        "namespace must be 1 to 64 letters, digits, dots, underscores or hyphens");
            }
            this.namespace = namespace;
            return this;
        }

        /**
         * Sets how long a response is retained, counted from {@code handle}.
         *
         * @param keepFor zero or more, in milliseconds rounded up; 24 hours by default
         * @return this
         */
        public Builder<R> keepFor(Duration keepFor) {
            this.keepFor = Durations.keepFor(keepFor);
            return this;
        }

        /**
         * Sets how long a marker stands in the place of a response that could not be stored: it was too large, could not be encoded, or
         * was null. Meanwhile callers get {@link ResponseNotKeptException}, and the work is not done again.
         *
         * @param notKeptFor zero or more, in milliseconds rounded up; by default as long as the response would have been kept. With zero
         *     only the present waiters get the exception
         * @return this
         */
        public Builder<R> notKeptFor(Duration notKeptFor) {
            this.notKeptFor = Durations.keepFor(notKeptFor);
            return this;
        }

        /**
         * Sets how long a claim outlives its owner. It is renewed while the owner works, so it may be much shorter than the work.
         *
         * @param lease 10 ms to one day; 10 s by default
         * @return this
         */
        public Builder<R> lease(Duration lease) {
            this.lease = Durations.within(lease, "lease", Settings.SHORTEST_LEASE, Settings.LONGEST_LEASE);
            return this;
        }

        /**
         * Sets when a claim that was neither handled nor released is given up.
         *
         * @param workLimit 10 ms to 30 days; 15 minutes by default
         * @return this
         */
        public Builder<R> workLimit(Duration workLimit) {
            this.workLimit = Durations.within(workLimit, "workLimit", Settings.SHORTEST_LEASE, Settings.LONGEST_WORK);
            return this;
        }

        /**
         * Adds somebody who is told what happens. Several are told one after the other, in the order in which they were added; what one
         * of them throws keeps nothing from the others.
         *
         * @param listener see its duties
         * @return this
         */
        public Builder<R> listener(ApiCacheListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets what {@code receive} does when the store cannot be asked.
         *
         * @param whenUnavailable {@link Unavailable#FAIL} by default
         * @return this
         */
        public Builder<R> whenUnavailable(Unavailable whenUnavailable) {
            this.whenUnavailable = Objects.requireNonNull(whenUnavailable, "whenUnavailable");
            return this;
        }

        /**
         * Sets how long the store may take to answer before the outcome counts as unknown. Every call is bounded by it: {@code receive}
         * may exceed its {@code maxWait} by one {@code storeTimeout}, {@code peek}, {@code release} and {@code close} take one at most,
         * {@code invalidate} and {@code handle} two.
         *
         * @param storeTimeout 10 ms to one minute; 2 s by default
         * @return this
         */
        public Builder<R> storeTimeout(Duration storeTimeout) {
            this.storeTimeout =
                    Durations.within(storeTimeout, "storeTimeout", Settings.SHORTEST_LEASE, LONGEST_STORE_TIMEOUT);
            return this;
        }

        /**
         * Limits how many callers wait at a time; one more gets {@link InFlight} at once. Callers also count while they wait for a
         * store that fails: one more then gets {@link StoreUnavailableException}, or runs unprotected.
         *
         * @param perRequestId on one id, 0 or more; 20,000 by default
         * @param inAll on all ids together, 0 or more; 100,000 by default
         * @return this
         */
        public Builder<R> maxWaiters(int perRequestId, int inAll) {
            if (perRequestId < 0 || inAll < 0) {
                throw new IllegalArgumentException("maxWaiters is negative: " + Math.min(perRequestId, inAll));
            }
            this.waitersPerId = perRequestId;
            this.waiters = inAll;
            return this;
        }

        /**
         * Sets where the time comes from.
         *
         * @param time the machine's clocks by default
         * @return this
         */
        public Builder<R> time(Time time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * Sets the timer. Tasks on it are short and never block. A timer that throws, refuses, or has been shut down is replaced by a
         * daemon thread of the cache's own, task by task.
         *
         * @param scheduler not shut down by the cache; a daemon thread of the cache's own by default
         * @return this
         */
        public Builder<R> scheduler(ScheduledExecutorService scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * Sets where callbacks run: dependents of asynchronous calls and of {@link FirstSeen#lost()}, decoding for asynchronous calls, and
         * listener events that no caller's thread tells. By default they run on as many daemon threads as there are processors, at least
         * two, so a few dependents that block hold up all others. Bring a larger pool, or virtual threads, if dependents block. Callers
         * that block in {@code receiveAndWait} need no thread of the executor.
         *
         * <p>{@code execute} must return without running the task in the calling thread, which may be the store's or the timer's. What the
         * executor refuses runs on up to 16 threads of the cache's own; so does what it has not run half a {@code storeTimeout} after the
         * outcome was there, and one whole at the latest.
         *
         * @param executor not shut down by the cache
         * @return this
         */
        public Builder<R> executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Builds the cache.
         *
         * @return a cache that is ready for use, to be closed by the caller
         * @throws IllegalStateException if the work limit is shorter than the lease
         */
        public ApiCache<R> build() {
            if (workLimit.compareTo(lease) < 0) {
                throw new IllegalStateException("workLimit " + workLimit + " is shorter than lease " + lease
                        + ": a claim would be given up before its first renewal");
            }
            return new ApiCache<>(new Calls<>(this));
        }

        Settings settings() {
            return new Settings(keepFor, notKeptFor, lease, workLimit, storeTimeout, waitersPerId, waiters);
        }
    }
}
