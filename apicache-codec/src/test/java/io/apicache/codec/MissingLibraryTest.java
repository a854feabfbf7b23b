package io.apicache.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.spi.Key;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where zstd's native library cannot be loaded, which a JVM remembers: so each case has a JVM of its own. */
class MissingLibraryTest {

    private static final Key KEY = new Key("test", "id");

    /** What is tried in the other JVM, on one line each. Argument: a compressed record in hexadecimal digits. */
    static final class Program {

        private Program() {}

        public static void main(String[] args) {
            Codec<String> codec = ZstdCodec.around(Codec.utf8());
            String response = "response ".repeat(10_000);
            byte[] encoded = codec.encode(KEY, response);
            System.out.println("raw " + (encoded.length >= response.length()));
            System.out.println("round trip " + response.equals(codec.decode(KEY, encoded)));
            byte[] again = ZstdCodec.around(Codec.utf8()).encode(KEY, response);
            System.out.println("again " + Arrays.equals(encoded, again));
            try {
                codec.decode(KEY, HexFormat.of().parseHex(args[0]));
                System.out.println("decoded");
            } catch (CorruptRecordException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    private static String classPath() throws URISyntaxException {
        Set<String> entries = new LinkedHashSet<>();
        for (Class<?> type : List.of(
                MissingLibraryTest.class,
                ZstdCodec.class,
                Codec.class,
                com.github.luben.zstd.Zstd.class,
                com.esotericsoftware.kryo.Kryo.class)) {
            entries.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private static String run(String option) throws Exception {
        byte[] compressed = ZstdCodec.around(Codec.utf8()).encode(KEY, "response ".repeat(10_000));
        assertThat(compressed.length).isLessThan(10_000);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        option,
                        "-cp",
                        classPath(),
                        Program.class.getName(),
                        HexFormat.of().formatHex(compressed))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    @DisplayName(
            "B2 without the native library responses are kept as they are, and compressed ones are refused by name")
    void withoutTheLibrary() throws Exception {
        String output = run("-DZstdNativePath=/does/not/exist/libzstd-jni.so");

        assertThat(output)
                .contains("raw true", "round trip true", "again true")
                .contains("refused: ")
                .contains("native library cannot be loaded");
        assertThat(output.split("responses are stored uncompressed", -1))
                .as(output)
                .hasSize(2);
    }

    @Test
    @DisplayName("B2 a directory for temporary files that cannot be written is no other case")
    void withoutATemporaryDirectory() throws Exception {
        assertThat(run("-DZstdTempFolder=/does/not/exist")).contains("round trip true", "refused: ");
    }
}
