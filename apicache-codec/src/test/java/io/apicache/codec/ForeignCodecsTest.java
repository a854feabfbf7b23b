package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.StringValue;
import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The adapters that docs/codecs.md shows. */
class ForeignCodecsTest {

    record Invoice(String number, BigDecimal total) {}

    // resume codecs-foreign
    record Json<R>(ObjectMapper mapper, Class<R> type) implements Codec<R> {
        @Override
        public byte[] encode(R response) {
            try {
                return mapper.writeValueAsBytes(response);
            } catch (IOException e) {
                throw new IllegalArgumentException("response: Jackson cannot write it", e);
            }
        }

        @Override
        public R decode(byte[] bytes) {
            try {
                return mapper.readValue(bytes, type);
            } catch (IOException e) {
                throw new CorruptRecordException("The record is not the JSON of a " + type.getSimpleName(), null);
            }
        }
    }
    // pause

    // resume codecs-foreign
    record Protobuf<R extends MessageLite>(Parser<R> parser) implements Codec<R> {
        @Override
        public byte[] encode(R response) {
            return response.toByteArray();
        }

        @Override
        public R decode(byte[] bytes) {
            try {
                return parser.parseFrom(bytes);
            } catch (InvalidProtocolBufferException e) {
                throw new CorruptRecordException("The record is not a message of this type", null);
            }
        }
    }
    // pause

    @Test
    @DisplayName("H1, B1: JSON comes back, alone and compressed; what is not JSON is corrupt")
    void json() {
        Codec<Invoice> codec = new Json<>(new ObjectMapper(), Invoice.class);
        Invoice invoice = new Invoice("1", new BigDecimal("9.90"));

        for (Codec<Invoice> each :
                List.of(codec, ZstdCodec.builder(codec).threshold(0).build())) {
            assertThat(each.decode(each.encode(invoice))).isEqualTo(invoice);
        }
        assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> codec.decode(new byte[] {'{'}));
    }

    @Test
    @Tag("protobuf-with-unsafe")
    @DisplayName("H1, B1: a Protobuf message comes back, alone and signed; what is none is corrupt")
    void protobuf() {
        Codec<StringValue> codec = new Protobuf<>(StringValue.parser());
        StringValue message = StringValue.of("paid");
        Codec<StringValue> signed = EncryptedCodec.signing(codec, KeyRing.writing(1, Samples.SECRET));

        assertThat(codec.decode(codec.encode(message))).isEqualTo(message);
        assertThat(signed.decode(Samples.KEY, signed.encode(Samples.KEY, message)))
                .isEqualTo(message);
        assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> codec.decode(new byte[] {10, 5}));
    }
}
