package io.apicache.examples.http;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.CorruptRecordException;
import io.apicache.Fingerprint;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.Request;
import io.apicache.RequestMismatchException;
import io.apicache.ResponseTooLargeException;
import io.apicache.StoreUnavailableException;
import io.apicache.WaitInterruptedException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Carries out each request with an {@code Idempotency-Key} once, and gives every retry the response of the first one. Stands in front of
 * the handlers of a server; each server of a cluster has one, over a cache on the store that they share.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
public final class IdempotencyFilter {

    private final ApiCache<StoredResponse> cache;
    private final Routes routes;
    private final Function<? super WebExchange, String> tenant;
    private final URI documentation;

    /**
     * Creates a filter.
     *
     * @param cache where responses are kept; stays the caller's
     * @param routes what holds for which request
     * @param tenant whose keys these are, by what the server knows of the client rather than by what the client says; up to 150
     *     characters
     * @param documentation what clients may read about the server's keys: every problem points to it
     */
    public IdempotencyFilter(
            ApiCache<StoredResponse> cache,
            Routes routes,
            Function<? super WebExchange, String> tenant,
            URI documentation) {
        this.cache = cache;
        this.routes = routes;
        this.tenant = tenant;
        this.documentation = documentation;
    }

    /**
     * Answers a request.
     *
     * @param exchange sent to, or proceeded with, when this returns
     * @throws IOException if the client went away; whatever was to be kept is kept
     */
    public void filter(WebExchange exchange) throws IOException {
        IdempotencyRules rules = routes.rulesOf(exchange.method(), exchange.path());
        if (rules.need() == IdempotencyRules.Need.OFF) {
            exchange.proceed(List.of());
            return;
        }
        KeyHeader header = KeyHeader.of(exchange.headers(KeyHeader.NAME));
        if (header instanceof KeyHeader.Present present) {
            exchange.send(answer(exchange, rules, present.key()));
        } else if (header instanceof KeyHeader.Malformed malformed) {
            exchange.send(Problem.KEY_MALFORMED.because(documentation, malformed.reason()));
        } else if (rules.need() == IdempotencyRules.Need.REQUIRED) {
            exchange.send(Problem.KEY_MISSING.response(documentation));
        } else {
            exchange.proceed(List.of(Problem.describedBy(documentation)));
        }
    }

    private StoredResponse answer(WebExchange exchange, IdempotencyRules rules, String key) throws IOException {
        byte[] body = exchange.body(rules.maxBody());
        if (body == null) {
            return Problem.BODY_TOO_LARGE.because(documentation, "at most " + rules.maxBody() + " bytes are accepted");
        }
        // snippet http-request
        Request request = Request.of(Request.idOf(rules.operation(), tenant.apply(exchange), key))
                .withFingerprint(Fingerprint.of(utf8(exchange.method()), utf8(exchange.target()), body));
        // end
        try {
            return answer(exchange, rules, request, body);
        } catch (RequestMismatchException e) {
            return Problem.KEY_REUSED.response(documentation);
        } catch (CorruptRecordException e) {
            exchange.failed(e);
            return Problem.RECORD_UNREADABLE.response(documentation);
        } catch (StoreUnavailableException | WaitInterruptedException | IllegalStateException e) {
            exchange.failed(e); // the last two when this server is going down and its cache is closed
            return Problem.UNAVAILABLE.response(documentation).with(Problem.SOON);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // snippet http-answer
    private StoredResponse answer(WebExchange exchange, IdempotencyRules rules, Request request, byte[] body) {
        Receipt<StoredResponse> receipt = cache.receiveAndWait(request, rules.maxWait());
        if (receipt instanceof Cached<StoredResponse> hit) {
            return hit.response().with(StoredResponse.REPLAYED);
        }
        if (receipt instanceof InFlight<StoredResponse> busy) {
            return outstanding(busy.retryAfter());
        }
        try (FirstSeen<StoredResponse> claim = (FirstSeen<StoredResponse>) receipt) {
            return work(exchange, rules, body, claim);
        } catch (LeaseLostException e) {
            exchange.failed(e);
            return ofWhoTookOver(request);
        }
    }
    // end

    /** Runs the handler. If it throws, the claim is given back before the client is told. */
    private StoredResponse work(
            WebExchange exchange, IdempotencyRules rules, byte[] body, FirstSeen<StoredResponse> claim) {
        StoredResponse response;
        try {
            response = exchange.run(body, new Work(claim.requestId(), claim.token(), claim::isLost));
        } catch (Exception e) {
            exchange.failed(e);
            return Problem.FAILED.response(documentation);
        }
        StoredResponse answer = response.without(Work.KEEP_FOR);
        try {
            if (Retention.of(rules, response) instanceof Retention.Keep keep) {
                handle(rules, claim, answer, keep.time());
            }
        } catch (LeaseLostException e) {
            throw e;
        } catch (RuntimeException e) {
            exchange.failed(e); // the work is done, and this is its result: to say anything else would ask for a retry
        }
        return answer;
    }

    private StoredResponse outstanding(Duration retryAfter) {
        return Problem.OUTSTANDING
                .response(documentation)
                .with(new Header("Retry-After", String.valueOf(1 + retryAfter.toSeconds())));
    }

    /** A response that is too large leaves a problem in its place: without a record, a retry would do the work again. */
    private void handle(
            IdempotencyRules rules, FirstSeen<StoredResponse> claim, StoredResponse answer, Duration keepFor) {
        StoredResponse replayable = answer.length() <= rules.maxResponse()
                ? answer.replayable(rules.withheld())
                : Problem.RESPONSE_NOT_KEPT.response(documentation);
        try {
            claim.handle(replayable, keepFor);
        } catch (ResponseTooLargeException e) {
            claim.handle(Problem.RESPONSE_NOT_KEPT.response(documentation), keepFor);
        }
    }

    /** The response that counts is another server's, now or soon; ours would contradict it. */
    private StoredResponse ofWhoTookOver(Request request) {
        Receipt<StoredResponse> receipt;
        try {
            receipt = cache.receiveAndWait(request, Duration.ZERO);
        } catch (StoreUnavailableException | WaitInterruptedException | IllegalStateException e) {
            return outstanding(Duration.ZERO); // also when this server is going down: the work may have been done
        }
        if (receipt instanceof Cached<StoredResponse> hit) {
            return hit.response().with(StoredResponse.REPLAYED);
        }
        if (receipt instanceof FirstSeen<StoredResponse> claim) {
            claim.close(); // there is nobody: whether to do it again is the client's to say, by a retry
        }
        return outstanding(receipt instanceof InFlight<StoredResponse> busy ? busy.retryAfter() : Duration.ZERO);
    }
}
