package io.apicache.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects what was measured, and writes it down. For one thread. */
public final class Figures {

    private final List<Figure> figures = new ArrayList<>();
    private final Map<String, String> head = new LinkedHashMap<>();

    /**
     * One figure.
     *
     * @param section what it is about
     * @param subject of what
     * @param value in the unit of its section
     */
    record Figure(String section, String subject, double value) {}

    /** Begins with nothing. */
    public Figures() {}

    /**
     * Adds what the figures depend on.
     *
     * @param name of it
     * @param value of it
     */
    public void head(String name, String value) {
        head.put(name, value);
    }

    /**
     * Adds a figure.
     *
     * @param section what it is about
     * @param subject of what
     * @param value in the unit of its section
     */
    public void add(String section, String subject, double value) {
        figures.add(new Figure(section, subject, value));
    }

    /** Adds the median of each figure of several runs. */
    void addMedians(List<Figures> runs) {
        for (int i = 0; i < runs.get(0).figures.size(); i++) {
            int at = i;
            Figure figure = runs.get(0).figures.get(i);
            double[] values = runs.stream()
                    .mapToDouble(run -> run.figures.get(at).value())
                    .sorted()
                    .toArray();
            add(figure.section(), figure.subject(), values[values.length / 2]);
        }
    }

    private Map<String, List<Figure>> sections() {
        return figures.stream()
                .collect(Collectors.groupingBy(Figure::section, LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * Writes a page and the raw figures.
     *
     * @param directory where
     * @param name of both files, without their endings
     * @param title of the page
     * @throws IOException if it cannot
     */
    public void write(Path directory, String name, String title) throws IOException {
        Map<String, Object> raw = new LinkedHashMap<>();
        raw.put("machine", head);
        raw.put("figures", figures);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(directory.resolve(name + ".json").toFile(), raw);
        Files.writeString(directory.resolve(name + ".md"), page(title));
    }

    /**
     * Makes a page.
     *
     * @param title of the page
     * @return the page
     */
    public String page(String title) {
        List<String> lines = new ArrayList<>(List.of("# " + title, ""));
        head.forEach((name, value) -> lines.add("- " + name + ": " + value));
        sections().forEach((section, rows) -> {
            lines.addAll(List.of("", "## " + section, "", "| | |", "|---|---|"));
            rows.forEach(row -> lines.add("| " + row.subject() + " | " + text(row.value()) + " |"));
        });
        lines.add("");
        return String.join("\n", lines);
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%,.1f", value);
    }
}
