package io.apicache.benchmarks;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A response as callers have them, of about as many bytes as wanted. */
record CodecOrder(String id, Instant at, List<Line> lines) {

    /** Bytes that one line takes. */
    private static final int LINE_BYTES = 108;

    /** One of its lines. */
    record Line(
            long id,
            String name,
            String status,
            BigDecimal price,
            int quantity,
            List<String> tags,
            Map<String, String> more) {}

    static CodecOrder ofBytes(int bytes) {
        SplittableRandom random = new SplittableRandom(42);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < bytes / LINE_BYTES; i++) {
            Map<String, String> more = new LinkedHashMap<>();
            more.put("colour", random.nextInt(20) + "-green");
            more.put("warehouse", "north " + random.nextInt(1000));
            lines.add(new Line(
                    random.nextLong(1L << 40),
                    "article " + random.nextInt(100_000),
                    random.nextBoolean() ? "SHIPPED" : "ORDERED",
                    BigDecimal.valueOf(random.nextLong(100, 99_999), 2),
                    random.nextInt(1, 9),
                    new ArrayList<>(List.of("new", "tag-" + random.nextInt(50))),
                    more));
        }
        return new CodecOrder("order-" + random.nextLong(), Instant.parse("2026-01-02T03:04:05.678Z"), lines);
    }
}
