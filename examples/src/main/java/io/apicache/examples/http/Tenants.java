package io.apicache.examples.http;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Whose request it is, by the token that it carries. A filter of its own before the one that asks: the server's authenticator runs after
 * all filters, and attributes of an exchange are shared by all requests of a context.
 */
final class Tenants extends Filter {

    private final Map<String, String> byAuthorization;

    Tenants(Map<String, String> byAuthorization) {
        this.byAuthorization = Map.copyOf(byAuthorization);
    }

    /** {@return the tenant of a request that has passed} */
    String of(WebExchange exchange) {
        String tenant = byAuthorization.get(exchange.headers("Authorization").get(0));
        if (tenant == null) {
            throw new IllegalStateException("the request did not pass the filter of tenants");
        }
        return tenant;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        List<String> tokens = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
        if (tokens.size() == 1 && byAuthorization.containsKey(tokens.get(0))) {
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
