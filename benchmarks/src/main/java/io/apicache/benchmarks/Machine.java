package io.apicache.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What figures depend on, for the head of a page. {@code benchmarks/run} tells what was built, and how it was started. */
public final class Machine {

    private static final String COMMIT = "apicache.benchmarks.commit";
    private static final String COMMAND = "apicache.benchmarks.command";

    private Machine() {}

    /**
     * Looks at this machine.
     *
     * @return names and values, in the order of the page
     * @throws IOException if the processor cannot be read
     */
    public static Map<String, String> describe() throws IOException {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        String told = System.getProperty(COMMIT);
        machine.put("commit", told == null ? commit() : told);
        machine.put("command", System.getProperty(COMMAND, System.getProperty("sun.java.command", "unknown")));
        machine.put("processors", Runtime.getRuntime().availableProcessors() + " of " + processor());
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        return machine;
    }

    /** {@return what another JVM has to be started with, so that it describes the same} */
    static List<String> options() throws IOException {
        Map<String, String> machine = describe();
        return List.of("-D" + COMMIT + "=" + machine.get("commit"), "-D" + COMMAND + "=" + machine.get("command"));
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    private static String commit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
            String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return name.isBlank() ? "unknown" : name.strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
