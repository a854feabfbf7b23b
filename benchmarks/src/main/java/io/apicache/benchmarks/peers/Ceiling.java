package io.apicache.benchmarks.peers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the server can do with nobody's library in between: {@code redis-benchmark}, where it is on the path. */
final class Ceiling {

    private static final String TOOL = "redis-benchmark";

    /** As C prints what a division by zero gives. */
    private static final Pattern NOT_A_NUMBER = Pattern.compile("[+-]?(inf|nan).*", Pattern.CASE_INSENSITIVE);

    private Ceiling() {}

    /**
     * What one command reached.
     *
     * @param command its name
     * @param connections at a time, each with one command under way
     * @param perSecond of all connections together
     * @param p50Millis half of the replies came within this time
     * @param p99Millis 99 of 100 did
     */
    record Reached(String command, int connections, double perSecond, double p50Millis, double p99Millis) {}

    static boolean isMeasurable() {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .filter(directory -> !directory.isEmpty())
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, TOOL)));
    }

    /** Sends as many commands for each of one connection and fifty. {@return what was reached, or nothing where the tool is not there} */
    static List<Reached> measure(Server server, int bytes, int commands) throws IOException, InterruptedException {
        List<Reached> reached = new ArrayList<>();
        if (isMeasurable()) {
            for (int connections : new int[] {1, 50}) {
                reached.addAll(read(run(server, bytes, commands, connections), connections));
            }
        }
        return reached;
    }

    private static String run(Server server, int bytes, int commands, int connections)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        TOOL,
                        "-h",
                        server.host(),
                        "-p",
                        String.valueOf(server.port()),
                        "-t",
                        "set,get",
                        "-d",
                        String.valueOf(bytes),
                        "-n",
                        String.valueOf(commands),
                        "-c",
                        String.valueOf(connections),
                        "--csv")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        String csv = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(TOOL + " ended with " + process.exitValue() + ": " + csv);
        }
        return csv;
    }

    /**
     * {@return what the lines say, by the names in the first of them} Times are unknown before Redis 6.2, and the rate
     * where all commands took less than the millisecond that the tool counts in: it divides by zero and prints {@code inf}.
     */
    static List<Reached> read(String csv, int connections) throws IOException {
        List<Reached> reached = new ArrayList<>();
        List<String> names = List.of("test", "rps");
        for (String line : csv.lines().toList()) {
            List<String> words = List.of(line.replace("\"", "").split(",", -1));
            if (words.get(0).equals("test")) {
                names = words;
            } else if (words.get(0).equals("SET") || words.get(0).equals("GET")) {
                reached.add(new Reached(
                        words.get(0),
                        connections,
                        number(names, words, "rps"),
                        number(names, words, "p50_latency_ms"),
                        number(names, words, "p99_latency_ms")));
            }
        }
        if (reached.size() != 2) {
            throw new IOException(TOOL + " said something else: " + csv);
        }
        return reached;
    }

    private static double number(List<String> names, List<String> words, String name) {
        int at = names.indexOf(name);
        String word = at < 0 ? "nan" : words.get(at);
        return NOT_A_NUMBER.matcher(word).matches() ? Double.NaN : Double.parseDouble(word);
    }
}
