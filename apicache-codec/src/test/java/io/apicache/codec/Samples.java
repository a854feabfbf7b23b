package io.apicache.codec;

import io.apicache.spi.Key;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/** Responses as callers have them. */
final class Samples {

    static final Key KEY = new Key("orders", "order-4711");
    static final byte[] SECRET = secret(1);
    static final byte[] OTHER_SECRET = secret(2);

    enum Status {
        NEW,
        PAID {
            @Override
            boolean isFinal() {
                return true;
            }
        };

        boolean isFinal() {
            return false;
        }
    }

    sealed interface Payment permits Card, Transfer {}

    record Card(String holder, int lastDigits) implements Payment {}

    record Transfer(String iban) implements Payment {}

    record Line(String article, int quantity, BigDecimal price, List<String> tags, Map<String, String> attributes) {}

    record Order(UUID id, Status status, Instant at, Payment payment, List<Line> lines, Optional<String> note) {}

    /** A class with private fields, as callers write them. */
    static class Counter {
        private String name = "";
        private long value;

        Counter() {}

        Counter(String name, long value) {
            this.name = name;
            this.value = value;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Counter that && name.equals(that.name) && value == that.value;
        }

        @Override
        public int hashCode() {
            return name.hashCode() + Long.hashCode(value);
        }
    }

    private Samples() {}

    static KryoCodec.Builder<Order> orderCodec() {
        return KryoCodec.builder(Order.class).register(Line.class, Status.class, Payment.class);
    }

    static Order order(int lines) {
        SplittableRandom random = new SplittableRandom(7);
        List<Line> all = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            Map<String, String> attributes = new LinkedHashMap<>();
            attributes.put("colour", random.nextInt(10) + "-green");
            attributes.put("warehouse", "north " + random.nextInt(1000));
            all.add(new Line(
                    "article " + random.nextInt(100_000),
                    random.nextInt(1, 9),
                    BigDecimal.valueOf(random.nextLong(100, 99_999), 2),
                    List.of("new", "tag-" + random.nextInt(50)),
                    attributes));
        }
        return new Order(
                new UUID(1, 2),
                Status.PAID,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                new Card("A. Caller", 42),
                List.copyOf(all),
                Optional.of("gr\u00fc\u00dfe"));
    }

    private static byte[] secret(int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return secret;
    }
}
