package io.apicache.examples.http;

import java.io.PrintStream;
import java.net.http.HttpResponse;

/** Prints what was answered, and remembers what should have been otherwise. */
final class DemoTable {

    private static final String LINE = "%-52s %6s  %-9s %-12s%s%n";

    private final PrintStream out;
    private int checks;
    private int broken;

    DemoTable(PrintStream out) {
        this.out = out;
        out.printf(LINE, "request", "status", "replayed", "Retry-After", "");
    }

    /** A response that was made for this request, or nobody says. */
    void row(String request, HttpResponse<String> got, int status) {
        print(request, got, got.statusCode() == status ? "" : "expected " + status);
    }

    /** The response to an earlier request. */
    void replay(String request, HttpResponse<String> got, HttpResponse<String> first) {
        boolean same = got.statusCode() == first.statusCode()
                && got.body().equals(first.body())
                && value(got, "Idempotent-Replayed").equals("true");
        print(request, got, same ? "" : "expected the response to the first one");
    }

    /** Something that is counted. */
    void check(String what, Object expected, Object got) {
        print(what, got, expected.equals(got) ? "" : "expected " + expected);
    }

    /** How often the side effect has happened. */
    void paid(int expected, int got) {
        check("  times paid", expected, got);
    }

    private void print(String request, HttpResponse<String> got, String complaint) {
        print(new Object[] {
            request, got.statusCode(), value(got, "Idempotent-Replayed"), value(got, "Retry-After"), complaint
        });
    }

    private void print(String what, Object got, String complaint) {
        print(new Object[] {what, got, "", "", complaint});
    }

    private void print(Object[] line) {
        checks++;
        if (!line[4].equals("")) {
            broken++;
            line[4] = "NOT OK: " + line[4];
        }
        out.printf(LINE, line);
    }

    private static String value(HttpResponse<String> got, String name) {
        return got.headers().firstValue(name).orElse("");
    }

    /** Prints the sum. {@return whether everything was as it should be} */
    boolean finish() {
        out.println(broken == 0 ? "OK: " + checks + " checks" : "NOT OK: " + broken + " of " + checks + " checks");
        return broken == 0;
    }
}
