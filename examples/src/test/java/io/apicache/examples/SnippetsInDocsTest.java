package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every block of Java in README and docs is code that runs: of this module, or of a test of the module that a page is about. */
class SnippetsInDocsTest {

    private static final Path ROOT = Path.of("..");
    private static final List<Path> CODE = List.of(
            Path.of("src"),
            ROOT.resolve("apicache-redis/src/test/java/io/apicache/redis/RedisPageTest.java"),
            ROOT.resolve("apicache-codec/src/test/java/io/apicache/codec/CodecsPageTest.java"),
            ROOT.resolve("apicache-codec/src/test/java/io/apicache/codec/ForeignCodecsTest.java"));

    // A block that is marked "runs" is a whole file: PastedCodeTest compiles and runs it.
    private static final Pattern BLOCK = Pattern.compile(
            "(?:<!-- snippet: ([a-z-]+) -->\\s*)?(?<!<!-- runs: Invoices -->\n)```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyBlockIsCodeThatRuns() throws IOException {
        Map<String, String> code = snippets();
        TreeSet<String> shown = new TreeSet<>();

        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                assertThat(block.group(1))
                        .as("name of the Java block in %s: %s", page, block.group(2))
                        .isNotNull();
                assertThat(tokens(block.group(2)))
                        .as("snippet %s in %s", block.group(1), page)
                        .isEqualTo(code.get(block.group(1)));
                shown.add(block.group(1));
            }
        }

        assertThat(shown).as("snippets that are shown").isEqualTo(new TreeSet<>(code.keySet()));
    }

    private static List<Path> pages() throws IOException {
        return Stream.concat(
                        Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")),
                        filesIn(ROOT.resolve("docs"), ".md").stream())
                .toList();
    }

    private static List<Path> filesIn(Path path, String end) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(file -> file.toString().endsWith(end)).toList();
        }
    }

    private static Map<String, String> snippets() throws IOException {
        Map<String, String> snippets = new HashMap<>();
        for (Path code : CODE) {
            for (Path file : filesIn(code, ".java")) {
                collect(Files.readAllLines(file), snippets);
            }
        }
        return snippets;
    }

    private static void collect(List<String> lines, Map<String, String> snippets) {
        String name = "";
        for (String line : lines) {
            String text = line.strip();
            if (text.startsWith("// snippet ") || text.startsWith("// resume ")) {
                name = text.substring(text.lastIndexOf(' ') + 1);
            } else if (text.equals("// pause") || text.equals("// end")) {
                name = "";
            } else if (!name.isEmpty()) {
                snippets.merge(name, tokens(line), String::concat);
            }
        }
    }

    /** Without comments and white space: the formatter may break lines where a page does not. */
    private static String tokens(String code) {
        return code.replaceAll("//[^\\n]*", "").replaceAll("\\s+", "");
    }
}
