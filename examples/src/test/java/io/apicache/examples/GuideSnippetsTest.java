package io.apicache.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.Fingerprint;
import io.apicache.Request;
import io.apicache.RequestMismatchException;
import io.apicache.codec.KryoCodec;
import io.apicache.memory.MemoryStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** More of the code that the guide shows, beside {@link SnippetsTest}. */
class GuideSnippetsTest {

    private static final class Part {
        private final String name;
        private final byte[] content;

        Part(String name, byte[] content) {
            this.name = name;
            this.content = content;
        }

        String name() {
            return name;
        }

        byte[] content() {
            return content;
        }
    }

    private record Invoice(int number) {}

    private static final class Bank {
        final AtomicInteger payments = new AtomicInteger();

        String pay() {
            return "payment " + payments.incrementAndGet();
        }
    }

    private static final class Mailer {
        final AtomicInteger mails = new AtomicInteger();

        void send() {
            mails.incrementAndGet();
        }
    }

    private final Bank bank = new Bank();
    private final Mailer mailer = new Mailer();

    private static Request multipart(String tenant, String idempotencyKey, List<Part> form) {
        // snippet multipart
        List<byte[]> parts = new ArrayList<>();
        for (Part part : form) {
            parts.add(part.name().getBytes(UTF_8));
            parts.add(part.content());
        }
        Request request = Request.of(Request.idOf("POST /claims", tenant, idempotencyKey))
                .withFingerprint(Fingerprint.of(parts.toArray(byte[][]::new)));
        // end
        return request;
    }

    @Test
    void aMultipartRequestIsKnownByItsParts() throws Exception {
        try (ApiCache<String> claims = ApiCache.over(new MemoryStore<String>()).build()) {
            List<Part> form = List.of(new Part("text", "a dent".getBytes(UTF_8)), new Part("photo", new byte[] {1, 2}));
            List<Part> again =
                    List.of(new Part("text", "a dent".getBytes(UTF_8)), new Part("photo", new byte[] {1, 2}));
            List<Part> other = List.of(new Part("text", "a dent".getBytes(UTF_8)), new Part("photo", new byte[] {1}));

            assertThat(claims.execute(multipart("acme", "key", form), Duration.ZERO, bank::pay))
                    .isEqualTo(claims.execute(multipart("acme", "key", again), Duration.ZERO, bank::pay));
            assertThatThrownBy(() -> claims.execute(multipart("acme", "key", other), Duration.ZERO, bank::pay))
                    .isInstanceOf(RequestMismatchException.class);
            assertThat(bank.payments).hasValue(1);
        }
    }

    private String order(ApiCache<String> orders, boolean breaks) throws Exception {
        if (breaks) {
            return orders.execute("order-7", Duration.ofSeconds(5), () -> {
                orders.execute(Request.idOf("order-7", "deposit"), Duration.ofSeconds(5), () -> bank.pay());
                throw new IOException("planted");
            });
        }
        // snippet nesting
        String order = orders.execute("order-7", Duration.ofSeconds(5), () -> {
            String deposit =
                    orders.execute(Request.idOf("order-7", "deposit"), Duration.ofSeconds(5), () -> bank.pay());
            return "ordered with " + deposit;
        });
        // end
        return order;
    }

    @Test
    void workInsideWork() throws Exception {
        try (ApiCache<String> orders = ApiCache.over(new MemoryStore<String>()).build()) {
            assertThatThrownBy(() -> order(orders, true)).hasMessage("planted");
            assertThat(order(orders, false)).isEqualTo("ordered with payment 1").isEqualTo(order(orders, false));
            assertThat(bank.payments).hasValue(1);
        }
    }

    @Test
    void workWithoutAResponse() throws Exception {
        // snippet no-response
        ApiCache<String> mails =
                ApiCache.over(new MemoryStore<String>()).namespace("mails").build();
        mails.execute("mail-7", Duration.ofSeconds(2), () -> {
            mailer.send();
            return "sent";
        });
        // end
        mails.execute("mail-7", Duration.ofSeconds(2), () -> {
            mailer.send();
            return "sent";
        });
        assertThat(mailer.mails).hasValue(1);
        mails.close();
    }

    @Test
    void twoTypesInOneStore() throws Exception {
        // snippet namespaces
        MemoryStore<byte[]> bytes = MemoryStore.<byte[]>builder()
                .maximumWeight(100_000_000, response -> response.length)
                .build();
        ApiCache<Invoice> invoices = ApiCache.over(MemoryStore.copying(bytes, KryoCodec.of(Invoice.class)))
                .namespace("invoices")
                .build();
        ApiCache<String> mails = ApiCache.over(MemoryStore.copying(bytes, Codec.utf8()))
                .namespace("mails")
                .build();
        // end
        assertThat(invoices.execute("7", Duration.ZERO, () -> new Invoice(7))).isEqualTo(new Invoice(7));
        assertThat(mails.execute("7", Duration.ZERO, () -> "sent")).isEqualTo("sent");
        assertThat(invoices.execute("7", Duration.ZERO, () -> new Invoice(8))).isEqualTo(new Invoice(7));
        invoices.close();

        try (ApiCache<Invoice> wrong = ApiCache.over(MemoryStore.copying(bytes, KryoCodec.of(Invoice.class)))
                .namespace("mails")
                .build()) {
            assertThatThrownBy(() -> wrong.execute("7", Duration.ZERO, () -> new Invoice(9)))
                    .isInstanceOf(CorruptRecordException.class);
        }
        mails.close();
    }
}
