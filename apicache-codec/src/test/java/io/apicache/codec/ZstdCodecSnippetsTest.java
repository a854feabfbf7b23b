package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.codec.KryoCodecSnippetsTest.Invoice;
import io.apicache.codec.KryoCodecSnippetsTest.Item;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZstdCodecSnippetsTest {

    @Test
    void around() {
        // @start region="around"
        Codec<Invoice> codec = ZstdCodec.around(KryoCodec.of(Invoice.class, Item.class));
        // @end

        assertThat(codec.decode(codec.encode(new Invoice("1", List.of())))).isEqualTo(new Invoice("1", List.of()));
    }
}
