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
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A class whose initializer fails is dead for good, and to load one needs heap: so none is left for when something has failed already. */
class PreparedClassesTest {

    private static final Set<String> INITIALIZED_BY_BUILDING_A_CACHE = Set.of(
            "io.apicache.ApiCache$Builder",
            "io.apicache.ApiCacheListener$Outcome",
            "io.apicache.Unavailable",
            "io.apicache.spi.Store",
            "io.apicache.spi.SystemTime");

    private static Set<String> prepared() {
        Set<String> prepared = new TreeSet<>(INITIALIZED_BY_BUILDING_A_CACHE);
        Probe.preparedClasses().forEach(each -> prepared.add(each.getName()));
        return prepared;
    }

    @Test
    @DisplayName("E1 every class with an initializer is initialized when a cache is built")
    void everyInitializerHasRun() throws IOException, URISyntaxException {
        assertThat(prepared()).containsAll(classes(text -> text.contains("<clinit>")));
    }

    @Test
    @DisplayName(
            "E1 every class of the engine is loaded when a cache is built: a handler of an OutOfMemoryError could not load it")
    void everyClassOfTheEngineIsLoaded() throws IOException, URISyntaxException {
        Set<String> engine = classes(text -> true);
        engine.removeIf(name -> !name.startsWith("io.apicache.engine.") || name.endsWith("package-info"));

        assertThat(engine).isNotEmpty();
        assertThat(prepared()).containsAll(engine);
    }

    private static Set<String> classes(Predicate<String> which) throws IOException, URISyntaxException {
        Path root = Path.of(ApiCache.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                if (which.test(Files.readString(file, StandardCharsets.ISO_8859_1))) {
                    String path = root.relativize(file).toString();
                    names.add(path.substring(0, path.length() - ".class".length())
                            .replace(file.getFileSystem().getSeparator(), "."));
                }
            }
        }
        return names;
    }
}
