package io.apicache.examples.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the rules of a request: those of its method and of the longest path that its own path begins with, as the JDK's server finds a
 * context. So nothing that reaches a handler gets around the rules by a slash at the end.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class Routes {

    private record Route(String method, String path, IdempotencyRules rules) {

        boolean leads(String toMethod, String toPath) {
            return method.equals(toMethod) && toPath.startsWith(path);
        }
    }

    private static final Comparator<Route> LONGEST_FIRST =
            Comparator.comparingInt((Route route) -> route.path().length()).reversed();

    private final List<Route> routes;

    private Routes(List<Route> routes) {
        this.routes = routes;
    }

    /** {@return no routes: keys are not looked at} */
    public static Routes none() {
        return new Routes(List.of());
    }

    /**
     * Adds a route.
     *
     * @param method such as {@code POST}
     * @param path how the paths begin
     * @param rules what holds for them
     * @return these routes and one more
     * @throws IllegalArgumentException if there is one of this method and path already
     */
    public Routes with(String method, String path, IdempotencyRules rules) {
        if (routes.stream()
                .anyMatch(route -> route.method().equals(method) && route.path().equals(path))) {
            throw new IllegalArgumentException("there are rules for " + method + " " + path + " already");
        }
        List<Route> more = new ArrayList<>(routes);
        more.add(new Route(method, path, rules));
        more.sort(LONGEST_FIRST);
        return new Routes(List.copyOf(more));
    }

    /** {@return the rules of a request} */
    IdempotencyRules rulesOf(String method, String path) {
        for (Route route : routes) {
            if (route.leads(method, path)) {
                return route.rules();
            }
        }
        return IdempotencyRules.OFF;
    }
}
