package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class KryoCodecSnippetsTest {

    record Invoice(String number, List<Item> items) {}

    record Item(String article, BigDecimal price) {}

    @Test
    void of() {
        // @start region="of"
        Codec<Invoice> codec = KryoCodec.of(Invoice.class, Item.class);
        // @end

        Invoice invoice = new Invoice("2026-1", List.of(new Item("tea", BigDecimal.TEN)));
        assertThat(codec.decode(codec.encode(invoice))).isEqualTo(invoice);
    }
}
