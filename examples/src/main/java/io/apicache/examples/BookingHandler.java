package io.apicache.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.apicache.examples.Journal.Event;
import io.apicache.examples.http.HttpServerFilter;
import io.apicache.examples.http.Work;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Books payments. That a request may come twice is not its business. */
final class BookingHandler implements HttpHandler {

    /** The field by which a client says how many milliseconds the work takes. */
    static final String WORK_MILLIS = "Work-Millis";

    private final Journal journal;
    private final boolean dies;

    /**
     * Makes a handler.
     *
     * @param dies whether it never comes back from any payment, and books none, like a process that is killed at work
     */
    BookingHandler(Journal journal, boolean dies) {
        this.journal = journal;
        this.dies = dies;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Work work = HttpServerFilter.workOf(exchange);
        try {
            takeTime(exchange.getRequestHeaders().getFirst(WORK_MILLIS));
            if (dies) {
                journal.write(Event.DIED, work.requestId());
                new CountDownLatch(1).await(); // in a JVM that halted, nobody comes here
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server is going down");
        }
        if (work.isLost()) {
            send(exchange, 503, "{\"late\":true}"); // paused for so long that somebody else is at it; nothing is done
            return;
        }
        journal.write(Event.EXECUTED, work.requestId());
        send(exchange, 201, "{\"payment\":" + book(work.requestId()) + ",\"of\":" + body + "}");
    }

    /** Stands for a bank that takes its time. */
    private static void takeTime(@Nullable String millis) throws InterruptedException {
        Thread.sleep(millis == null ? 0 : Long.parseLong(millis));
    }

    /** The side effect. {@return a number that hardly comes twice, so that two bookings of a payment give two answers} */
    private int book(String requestId) {
        journal.write(Event.BOOKED, requestId);
        return ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
