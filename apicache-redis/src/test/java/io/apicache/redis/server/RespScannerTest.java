package io.apicache.redis.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespScannerTest {

    private static final List<String> REPLIES = List.of(
            "+OK\r\n",
            "-ERR no\r\n",
            ":-17\r\n",
            "$-1\r\n",
            "$0\r\n\r\n",
            "$6\r\n$1\r\na\n\r\n",
            "*-1\r\n",
            "*0\r\n",
            "*3\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n$-1\r\n",
            "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n_\r\n",
            "%0\r\n",
            "~1\r\n#t\r\n",
            ">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n",
            "|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n",
            "=7\r\ntxt:abc\r\n",
            "!5\r\nERR x\r\n",
            ",1.5\r\n",
            "(3492890328409238509324850943850943825024385\r\n",
            "PING\r\n");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void everyReplyEndsWhereItEnds(int chunk) {
        byte[] stream = String.join("", REPLIES).getBytes(ISO_8859_1);
        RespScanner scanner = new RespScanner();
        List<String> found = new ArrayList<>();
        StringBuilder current = new StringBuilder();

        for (int start = 0; start < stream.length; start += chunk) {
            int to = Math.min(stream.length, start + chunk);
            for (int at = start; at < to; ) {
                int end = scanner.advance(stream, at, to);
                current.append(new String(stream, at, end - at, ISO_8859_1));
                at = end;
                if (scanner.isAtStart()) {
                    found.add(current.toString());
                    current.setLength(0);
                }
            }
        }

        assertThat(found).isEqualTo(REPLIES);
    }

    @Test
    void theStartIsKnown() {
        RespScanner scanner = new RespScanner();

        assertThat(scanner.isAtStart()).isTrue();
        scanner.advance("+O".getBytes(ISO_8859_1), 0, 2);
        assertThat(scanner.isAtStart()).isFalse();
    }
}
