package io.apicache.benchmarks.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.apicache.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures in rows, written as a page and as raw JSON, both with what they depend on.
 *
 * @param name of both files, without their endings
 * @param title of the page
 * @param redis its version
 */
record Table(String name, String title, String redis) {

    /** Writes the lines of the page, and all figures as they are. */
    void write(Path directory, List<String> lines, Object figures) throws IOException {
        Map<String, String> machine = Machine.describe();
        machine.put("redis", redis + ", on loopback");
        Map<String, Object> raw = new LinkedHashMap<>();
        raw.put("machine", machine);
        raw.put("figures", figures);
        Files.createDirectories(directory);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(directory.resolve(name + ".json").toFile(), raw);
        List<String> page = new ArrayList<>(List.of("# " + title, ""));
        machine.forEach((what, value) -> page.add("- " + what + ": " + value));
        page.add("");
        page.addAll(lines);
        page.add("");
        Files.writeString(directory.resolve(name + ".md"), String.join("\n", page));
    }
}
