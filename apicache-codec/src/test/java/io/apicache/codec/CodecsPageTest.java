package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.sun.net.httpserver.HttpServer;
import io.apicache.Codec;
import io.apicache.codec.Samples.Card;
import io.apicache.codec.Samples.Line;
import io.apicache.codec.Samples.Order;
import io.apicache.codec.Samples.Payment;
import io.apicache.codec.Samples.Status;
import io.apicache.codec.Samples.Transfer;
import io.apicache.spi.Store;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The code that the page on codecs shows. */
@SuppressWarnings("ArrayRecordComponent") // the body of HTTP is bytes
class CodecsPageTest {

    record Item(String article, int cents) {}

    record Invoice(String number, List<Item> items) {}

    record InvoiceV2(String number, List<Item> items, String currency) {

        static InvoiceV2 fromV1(Invoice old) {
            return new InvoiceV2(old.number(), old.items(), "EUR");
        }

        Invoice toV1() {
            return new Invoice(number, items);
        }
    }

    record Money(long cents) {}

    static final class MoneySerializer extends Serializer<Money> {

        @Override
        public void write(Kryo kryo, Output output, Money money) {
            output.writeLong(money.cents());
        }

        @Override
        public Money read(Kryo kryo, Input input, Class<? extends Money> type) {
            return new Money(input.readLong());
        }
    }

    private static final Invoice INVOICE = new Invoice("2026-1", List.of(new Item("tea", 250)));

    @Test
    void codecsStack() {
        byte[] secret = Samples.SECRET;
        Store<byte[]> bytes = Store.passThrough();
        // snippet codecs-stack
        Codec<Invoice> kryo = KryoCodec.of(Invoice.class, Item.class);
        Codec<Invoice> zstd = ZstdCodec.around(kryo);
        Codec<Invoice> codec = EncryptedCodec.encrypting(zstd, KeyRing.writing(1, secret));
        Store<Invoice> store = bytes.as(codec::encode, codec::decode);
        // end
        assertThat(codec.decode(Samples.KEY, codec.encode(Samples.KEY, INVOICE)))
                .isEqualTo(INVOICE);
        store.close();
    }

    @Test
    void classesAreRegistered() {
        // snippet codecs-kryo
        Codec<Order> byOrder = KryoCodec.of(Order.class, Line.class, Status.class, Payment.class);

        Codec<Order> byId = KryoCodec.builder(Order.class)
                .register(100, Order.class)
                .register(105, Line.class)
                .register(106, Status.class)
                .register(107, Card.class)
                .register(108, Transfer.class)
                .register(120, Money.class, MoneySerializer::new)
                .schemaVersion(2)
                .build();
        // end
        Order order = new Order(
                new UUID(1, 2), Status.PAID, Instant.EPOCH, new Transfer("DE00"), List.of(), Optional.of("note"));
        assertThat(byOrder.decode(byOrder.encode(order))).isEqualTo(order);
        assertThat(byId.decode(byId.encode(order))).isEqualTo(order);
    }

    // snippet codecs-http
    record Answer(int status, Map<String, List<String>> headers, byte[] body) {

        static Answer of(HttpResponse<byte[]> response) {
            return new Answer(
                    response.statusCode(),
                    new LinkedHashMap<>(response.headers().map()),
                    response.body());
        }
    }
    // end

    @Test
    void answersOfHttpComeBack() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Language", "en");
            exchange.sendResponseHeaders(201, 2);
            exchange.getResponseBody().write(new byte[] {1, -1});
            exchange.close();
        });
        server.start();
        try {
            URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
            Answer answer = Answer.of(
                    HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray()));
            // snippet codecs-http
            KryoCodec<Answer> answers = KryoCodec.of(Answer.class);
            // end

            Answer again = answers.decode(answers.encode(answer));

            assertThat(again.status()).isEqualTo(201);
            assertThat(again.headers()).isEqualTo(answer.headers()).containsEntry("content-language", List.of("en"));
            assertThat(again.body()).containsExactly(1, -1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void genericTypesAreGivenByTheirClass() {
        // snippet codecs-generic
        KryoCodec<List<Order>> lists = KryoCodec.of(List.class, Order.class, Line.class, Status.class, Payment.class);
        KryoCodec<Optional<Invoice>> found = KryoCodec.of(Optional.class, Invoice.class, Item.class);
        // end
        List<Order> orders = List.of(Samples.order(1), Samples.order(2));
        assertThat(lists.decode(lists.encode(orders))).isEqualTo(orders);
        for (Optional<Invoice> one : List.of(Optional.<Invoice>empty(), Optional.of(INVOICE))) {
            assertThat(found.decode(found.encode(one))).isEqualTo(one);
        }
    }

    @Test
    void aDictionaryIsTrained() {
        Codec<Invoice> kryo = KryoCodec.of(Invoice.class, Item.class);
        List<byte[]> samples = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            samples.add(("{\"invoice\":" + i + ",\"tenant\":\"acme-" + i % 7
                            + "\",\"status\":\"paid\",\"currency\":\"EUR\"}")
                    .getBytes(StandardCharsets.UTF_8));
        }
        // snippet codecs-dictionary
        byte[] dictionary = ZstdCodec.trainDictionary(samples, 16 << 10);
        Codec<Invoice> codec = ZstdCodec.builder(kryo).dictionary(dictionary).build();
        // end
        assertThat(codec.decode(codec.encode(INVOICE))).isEqualTo(INVOICE);
    }

    @Test
    void aFieldIsAddedInThreeSteps() {
        // snippet codecs-rolling
        Codec<Invoice> step1 = KryoCodec.builder(Invoice.class)
                .register(Item.class)
                .reading(KryoCodec.of(InvoiceV2.class, Item.class), InvoiceV2::toV1)
                .build();
        Codec<InvoiceV2> step2 = KryoCodec.builder(InvoiceV2.class)
                .register(Item.class)
                .reading(KryoCodec.of(Invoice.class, Item.class), InvoiceV2::fromV1)
                .build();
        // end
        assertThat(step2.decode(step1.encode(INVOICE))).isEqualTo(InvoiceV2.fromV1(INVOICE));
        assertThat(step1.decode(step2.encode(InvoiceV2.fromV1(INVOICE)))).isEqualTo(INVOICE);
    }
}
