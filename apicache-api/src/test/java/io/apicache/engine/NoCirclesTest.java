package io.apicache.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** In the engine every arrow points down. */
class NoCirclesTest {

    private static final String ENGINE = "io.apicache.engine.";
    private static final Pattern DEPENDENCY = Pattern.compile("^ +(\\S+) +-> (\\S+)", Pattern.MULTILINE);

    @Test
    @DisplayName("no class of the engine depends on itself through other classes")
    void noClassDependsOnItself() {
        Map<String, Set<String>> dependencies = dependencies();
        assertThat(dependencies).containsKeys(ENGINE + "KeyState", ENGINE + "Coordinator");

        Set<String> circular = new TreeSet<>();
        for (String name : dependencies.keySet()) {
            if (reachable(name, dependencies).contains(name)) {
                circular.add(name);
            }
        }

        assertThat(circular).isEmpty();
    }

    @Test
    @DisplayName("the state of a key knows no lock, clock, thread or store")
    void theStateIsPlainData() {
        Set<String> reached = reachable(ENGINE + "KeyState", dependencies());

        assertThat(reached)
                .contains(ENGINE + "RemoteRecord")
                .doesNotContain(
                        ENGINE + "KeySlot",
                        ENGINE + "Steps",
                        ENGINE + "Threads",
                        ENGINE + "StoreClient",
                        ENGINE + "Coordinator");
    }

    private static Set<String> reachable(String from, Map<String, Set<String>> dependencies) {
        Set<String> reached = new TreeSet<>();
        reach(from, dependencies, reached);
        return reached;
    }

    private static void reach(String from, Map<String, Set<String>> dependencies, Set<String> reached) {
        for (String next : dependencies.getOrDefault(from, Set.of())) {
            if (reached.add(next)) {
                reach(next, dependencies, reached);
            }
        }
    }

    /** {@return what each class of the engine depends on in the engine; nested classes count as the class around them} */
    private static Map<String, Set<String>> dependencies() {
        StringWriter output = new StringWriter();
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        jdeps.run(
                new PrintWriter(output),
                new PrintWriter(output),
                "-verbose:class",
                "-filter:none",
                Path.of("target", "classes").toString());
        Map<String, Set<String>> dependencies = new TreeMap<>();
        Matcher line = DEPENDENCY.matcher(output.toString());
        while (line.find()) {
            String from = outer(line.group(1));
            String to = outer(line.group(2));
            if (from.startsWith(ENGINE) && to.startsWith(ENGINE) && !from.equals(to)) {
                dependencies.computeIfAbsent(from, absent -> new TreeSet<>()).add(to);
            }
        }
        return dependencies;
    }

    private static String outer(String name) {
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }
}
