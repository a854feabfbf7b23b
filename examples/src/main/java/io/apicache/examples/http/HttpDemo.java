package io.apicache.examples.http;

import io.apicache.ApiCache;
import io.apicache.codec.KryoCodec;
import io.apicache.examples.CommandLine;
import io.apicache.examples.Stores;
import io.apicache.spi.Store;
import java.io.PrintStream;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** Shows the {@code Idempotency-Key} header at work: sends requests and checks the answers, or serves for others to send. */
public final class HttpDemo {

    private final DemoArguments arguments;
    private final PrintStream out;

    private HttpDemo(DemoArguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
    }

    /**
     * Runs the program. Exits with 0 if every rule was kept, 1 if not, 2 if it could not start: bad arguments, no Redis.
     *
     * @param arguments see {@code --help}
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        CommandLine.keepLibrariesQuiet();
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) throws InterruptedException {
        try {
            DemoArguments parsed = DemoArguments.parse(arguments);
            if (parsed.help()) {
                out.print(DemoArguments.HELP);
                return 0;
            }
            return new HttpDemo(parsed, out).run() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private boolean run() throws InterruptedException {
        try (Store<StoredResponse> store = open(arguments)) {
            return arguments.serve() ? serve(store) : new DemoRun(store, lease(), out).run();
        }
    }

    private static Store<StoredResponse> open(DemoArguments arguments) {
        return arguments.breaks()
                ? Store.passThrough()
                : Stores.open(arguments.redis(), KryoCodec.of(StoredResponse.class, Header.class));
    }

    /** How soon a dead server is noticed; with Redis three times as long as a command may take. */
    private Duration lease() {
        return arguments.redis() == null ? Duration.ofMillis(1_500) : Duration.ofSeconds(3);
    }

    private boolean serve(Store<StoredResponse> store) throws InterruptedException {
        try (ApiCache<StoredResponse> cache =
                        ApiCache.over(store).namespace("http-demo").build();
                DemoServer server =
                        new DemoServer(arguments.port(), cache, DemoServer.ROUTES, new PaymentHandler(new Bank()))) {
            String line = "curl -si -X POST -H 'Authorization: " + DemoServer.ACME + "' -d '{\"amount\":10}' "
                    + server.uri("/payments");
            String key = " -H 'Idempotency-Key: \"" + UUID.randomUUID() + "\"'";
            out.println("Send this twice:\n  " + line + key + "\nthe same key with another body:\n  "
                    + line.replace(":10}", ":11}") + key + "\nno key:\n  " + line
                    + "\nand this in two terminals at once:\n  " + line + " -H 'Simulate: slow' -H 'Idempotency-Key: "
                    + UUID.randomUUID() + "'\nCtrl-C ends the server.");
            new CountDownLatch(1).await();
            return true;
        }
    }
}
