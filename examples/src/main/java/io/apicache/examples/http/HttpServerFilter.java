package io.apicache.examples.http;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts an {@link IdempotencyFilter} in front of a handler of the JDK's server. The handler sees a normal exchange; what it answers
 * reaches the client when it has returned.
 *
 * <p>Filters run before the authenticator of a context, so who authenticates has to be a filter before this one.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
public final class HttpServerFilter extends Filter {

    private final IdempotencyFilter rules;
    private final Consumer<Exception> failures;

    /**
     * Creates a filter.
     *
     * @param rules what decides
     * @param failures is told what clients are not: exceptions of handlers and of the store
     */
    public HttpServerFilter(IdempotencyFilter rules, Consumer<Exception> failures) {
        this.rules = rules;
        this.failures = failures;
    }

    /**
     * {@return what a handler may ask about its claim; {@link Work#UNPROTECTED} if it runs without}
     *
     * @param exchange what the handler was given
     */
    public static Work workOf(HttpExchange exchange) {
        return exchange instanceof BufferedExchange buffered ? buffered.work() : Work.UNPROTECTED;
    }

    @Override
    public String description() {
        return "Idempotency-Key";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Adapter adapter = new Adapter(exchange, chain);
        try {
            rules.filter(adapter);
        } finally {
            if (!adapter.proceeded) {
                exchange.close(); // without an answer, this cuts the connection: the client learns that there will be
                // none
            }
        }
    }

    private final class Adapter implements WebExchange {

        private final HttpExchange exchange;
        private final Chain chain;
        private boolean proceeded;

        Adapter(HttpExchange exchange, Chain chain) {
            this.exchange = exchange;
            this.chain = chain;
        }

        @Override
        public String method() {
            return exchange.getRequestMethod();
        }

        @Override
        public String path() {
            return exchange.getRequestURI().getPath();
        }

        @Override
        public String target() {
            String query = exchange.getRequestURI().getRawQuery();
            return exchange.getRequestURI().getRawPath() + (query == null ? "" : "?" + query);
        }

        @Override
        public List<String> headers(String name) {
            return exchange.getRequestHeaders().getOrDefault(name, List.of());
        }

        @Override
        public byte @Nullable [] body(int limit) throws IOException {
            byte[] body = exchange.getRequestBody().readNBytes(limit + 1);
            return body.length > limit ? null : body;
        }

        @Override
        public void proceed(List<Header> hints) throws IOException {
            proceeded = true;
            hints.forEach(hint -> exchange.getResponseHeaders().add(hint.name(), hint.value()));
            chain.doFilter(exchange);
        }

        @Override
        public StoredResponse run(byte[] body, Work work) throws IOException {
            BufferedExchange buffered = new BufferedExchange(exchange, body, work);
            chain.doFilter(buffered);
            return buffered.response();
        }

        @Override
        public void send(StoredResponse response) throws IOException {
            response.headers().forEach(header -> exchange.getResponseHeaders().add(header.name(), header.value()));
            byte[] body = response.body();
            exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                try (OutputStream out =
                        exchange.getResponseBody()) { // flushes before it skips what was not read of the request
                    out.write(body);
                }
            }
        }

        @Override
        public void failed(Exception failure) {
            failures.accept(failure);
        }
    }
}
