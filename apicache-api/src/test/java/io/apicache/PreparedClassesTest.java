package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.engine.Probe;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A class whose initializer fails is dead for good, so none is initialized when something has failed already. */
class PreparedClassesTest {

    private static final Set<String> INITIALIZED_BY_BUILDING_A_CACHE = Set.of(
            "io.apicache.ApiCache$Builder",
            "io.apicache.ApiCacheListener$Outcome",
            "io.apicache.Unavailable",
            "io.apicache.engine.Engine",
            "io.apicache.spi.Store",
            "io.apicache.spi.SystemTime");

    @Test
    @DisplayName("E1 every class with an initializer is initialized when a cache is built")
    void everyInitializerHasRun() throws IOException, URISyntaxException {
        Set<String> prepared = new TreeSet<>(INITIALIZED_BY_BUILDING_A_CACHE);
        Probe.preparedClasses().forEach(each -> prepared.add(each.getName()));

        assertThat(classesWithAnInitializer()).isEqualTo(prepared);
    }

    private static Set<String> classesWithAnInitializer() throws IOException, URISyntaxException {
        Path root = Path.of(ApiCache.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains("<clinit>")) {
                    String path = root.relativize(file).toString();
                    names.add(path.substring(0, path.length() - ".class".length())
                            .replace(file.getFileSystem().getSeparator(), "."));
                }
            }
        }
        return names;
    }
}
