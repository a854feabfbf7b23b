package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A record of many values, kept from before the forms that lose nothing: it is read, and written the same where nothing was lost. */
@SuppressWarnings("JavaUtilDate") // every type that is supported, obsolete or not
class GoldenValuesTest {

    record Box(Object content) {}

    static class Tags extends ArrayList<String> {
        private static final long serialVersionUID = 1L;
    }

    static KryoCodec<Box> codec() {
        return KryoCodec.of(Box.class, Samples.Status.class, Samples.Counter.class, Tags.class);
    }

    static Box value() {
        Tags tags = new Tags();
        tags.add("own");
        return new Box(new ArrayList<>(Arrays.asList(
                ZonedDateTime.of(2026, 2, 28, 1, 2, 3, 4, ZoneId.of("Europe/Paris")),
                ZonedDateTime.of(LocalDateTime.parse("2026-10-25T02:30:00"), ZoneId.of("Europe/Paris")),
                Instant.EPOCH,
                ZoneId.of("UTC+01:00"),
                Locale.GERMANY,
                new Locale("th", "TH", "TH"),
                new Locale("", "", "x y"),
                URI.create("https://example.org/a?b#c"),
                Currency.getInstance("EUR"),
                new BigDecimal("-12.50"),
                new BigInteger("98765432109876543210"),
                new UUID(1, 2),
                new Date(12345),
                Optional.of("x"),
                new LinkedHashMap<>(Collections.singletonMap("k", null)),
                new TreeMap<>(Map.of(2, "b", 1, "a")),
                new TreeSet<>(List.of("b", "a")),
                EnumSet.of(Samples.Status.PAID),
                new EnumMap<>(Map.of(Samples.Status.NEW, "n")),
                Collections.unmodifiableList(new ArrayList<>(List.of(1))),
                Collections.unmodifiableSet(new TreeSet<>(Set.of(1, 2))),
                Collections.unmodifiableMap(new LinkedHashMap<>(Map.of(1, 2))),
                new Samples.Counter("hits", 7),
                tags,
                null)));
    }

    @Test
    @DisplayName("E4: a record from before is read, and values that lost nothing are written as before")
    void keptValuesAreRead() throws IOException {
        String kept;
        try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("/golden/kryo-values-v1.hex"))) {
            kept = new String(file.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
        }

        assertThat(codec().decode(HexFormat.of().parseHex(kept))).isEqualTo(value());
        assertThat(HexFormat.of().formatHex(codec().encode(value()))).isEqualTo(kept);
    }
}
