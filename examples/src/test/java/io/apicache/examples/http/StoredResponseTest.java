package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.codec.KryoCodec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoredResponseTest {

    private static final List<Header> HEADERS = List.of(
            new Header("Content-Type", "text/plain"),
            new Header("Vary", "a"),
            new Header("Set-Cookie", "a=b"),
            new Header("Vary", "b"));

    private final StoredResponse response = new StoredResponse(201, HEADERS, new byte[] {0, -1, 'x'});

    @Test
    void nobodyChangesTheBodyOfOthers() {
        byte[] bytes = {1, 2};
        StoredResponse two = new StoredResponse(200, List.of(), bytes);

        bytes[0] = 9;
        two.body()[1] = 9;

        assertThat(two.body()).containsExactly(1, 2);
    }

    @Test
    void theCodecKeepsEverything() {
        Codec<StoredResponse> codec = KryoCodec.of(StoredResponse.class, Header.class);

        for (StoredResponse each :
                List.of(response, response.replayable(Set.of()), response.with(StoredResponse.REPLAYED))) {
            StoredResponse read = codec.decode(codec.encode(each));

            assertThat(read.status()).isEqualTo(each.status());
            assertThat(read.headers()).isEqualTo(each.headers());
            assertThat(read.body()).isEqualTo(each.body());
        }
    }

    @Test
    void whatBelongsToOneMessageOrIsWithheldIsNotReplayable() {
        StoredResponse full = response.with(new Header("connection", "X-Hop , close"))
                .with(new Header("X-HOP", "1"))
                .with(new Header("Date", "now"))
                .with(new Header("Content-length", "3"))
                .with(new Header("Transfer-Encoding", "chunked"))
                .with(new Header("Idempotent-replayed", "true"))
                .with(new Header("Keep-Alive", "timeout=5"));

        assertThat(full.replayable(Set.of("set-cookie")).headers())
                .containsExactly(HEADERS.get(0), HEADERS.get(1), HEADERS.get(3));
        assertThat(full.replayable(Set.of()).headers()).isEqualTo(HEADERS);
        assertThat(full.replayable(Set.of()).body()).isEqualTo(full.body());
    }

    @Test
    void itsTextShowsNothingOfItsContent() {
        assertThat(response).hasToString("StoredResponse[201, 4 headers, 3 bytes]");
    }

    @Test
    void aProblemIsJson() {
        StoredResponse problem = Problem.KEY_MALFORMED.because(URI.create("https://x.example/keys"), "see \"a\\b\"");

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.header("content-type")).isEqualTo("application/problem+json");
        assertThat(new String(problem.body(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"type\":\"https://x.example/keys#key-malformed\",\"title\":\"Idempotency-Key is malformed\","
                                + "\"status\":400,\"detail\":\"The field cannot be read: see \\\"a\\\\b\\\".\"}");
    }
}
