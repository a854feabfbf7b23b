package io.apicache.examples.http;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whose request it is, by the token that it carries. A filter of its own before the one that asks: the server's authenticator runs after
 * all filters, and attributes of an exchange are shared by all requests of a context.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
public final class Tenants extends Filter {

    private final Function<String, @Nullable String> byAuthorization;

    /**
     * Makes a filter.
     *
     * @param byAuthorization whose token this is; null if it is nobody's
     */
    public Tenants(Function<String, @Nullable String> byAuthorization) {
        this.byAuthorization = byAuthorization;
    }

    /**
     * Names the tenant of a request that has passed.
     *
     * @param exchange what has passed
     * @return whose it is
     */
    public String of(WebExchange exchange) {
        String tenant = byAuthorization.apply(exchange.headers("Authorization").get(0));
        if (tenant == null) {
            throw new IllegalStateException("the request did not pass the filter of tenants");
        }
        return tenant;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        List<String> tokens = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
        if (tokens.size() == 1 && byAuthorization.apply(tokens.get(0)) != null) {
            chain.doFilter(exchange);
            return;
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        exchange.sendResponseHeaders(401, -1);
        exchange.close();
    }

    @Override
    public String description() {
        return "tenants";
    }
}
