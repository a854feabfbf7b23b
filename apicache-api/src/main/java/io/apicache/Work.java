package io.apicache;

import org.jspecify.annotations.Nullable;

/**
 * Work that sees its claim while it runs, for {@link ApiCache#execute(Request, java.time.Duration, Work)}.
 *
 * <pre>{@code
 * Invoice invoice = cache.execute(request, Duration.ofSeconds(2), claim -> {
 *     Invoice created = ledger.create(order, claim.token()); // the ledger refuses a smaller token than it has seen
 *     claim.keepFor(created.isDraft() ? Duration.ofMinutes(1) : Duration.ofDays(1));
 *     return created;
 * });
 * }</pre>
 *
 * <p>The work may end its claim itself. After {@link FirstSeen#handle(Object)} or {@link FirstSeen#release()} nothing else is stored, and
 * {@code execute} returns what the work returns.
 *
 * @param <R> the response type
 */
@FunctionalInterface
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public interface Work<R> {

    /**
     * Does the work.
     *
     * @param claim the claim under which the work runs; {@code execute} stores the response under it, and closes it
     * @return the response. Null cannot be stored: the caller then gets {@link ResponseNotKeptException}, as every other caller does
     * @throws Exception reaches the caller of {@code execute}; the claim is given back
     */
    @Nullable
    R run(FirstSeen<R> claim) throws Exception;
}
