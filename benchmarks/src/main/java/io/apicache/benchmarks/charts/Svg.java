package io.apicache.benchmarks.charts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A picture that is written element by element; its text stays text. */
public final class Svg {

    private static final String STYLE = """
            text { font: 12px system-ui, sans-serif; fill: #57606a }
            .title { font-size: 15px; font-weight: 600; fill: #1f2328 }
            .own { font-weight: 600; fill: #1f2328 }
            .grid { stroke: #eaeef2 }
            .axis { stroke: #afb8c1 }
            .range { stroke: #1f2328; stroke-opacity: 0.55 }
            polyline { fill: none; stroke-linejoin: round }
            """;

    private final StringBuilder out = new StringBuilder();

    /**
     * Begins a picture.
     *
     * @param width in pixels
     * @param height in pixels
     * @param title which is written on it
     */
    public Svg(int width, int height, String title) {
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
        attributes("width", width, "height", height, "viewBox", "0 0 " + width + " " + height);
        out.append(">\n<title>").append(escaped(title)).append("</title>\n<style>\n");
        out.append(STYLE).append("</style>\n");
        add("rect", "width", width, "height", height, "fill", "#ffffff");
        write(title, "class", "title", "x", 16, "y", 26);
    }

    /**
     * Adds an element.
     *
     * @param element its name
     * @param attributes names and values by turns
     */
    public void add(String element, Object... attributes) {
        out.append('<').append(element);
        attributes(attributes);
        out.append("/>\n");
    }

    /**
     * Adds text.
     *
     * @param text what to write
     * @param attributes names and values by turns
     */
    public void write(String text, Object... attributes) {
        out.append("<text");
        attributes(attributes);
        out.append('>').append(escaped(text)).append("</text>\n");
    }

    /**
     * Writes the picture.
     *
     * @param file where
     * @throws IOException if it cannot
     */
    public void save(Path file) throws IOException {
        Files.writeString(file, out + "</svg>\n");
    }

    /** {@return a coordinate, to a tenth} */
    static String tenths(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private void attributes(Object... attributes) {
        for (int i = 0; i < attributes.length; i += 2) {
            Object value = attributes[i + 1];
            out.append(' ').append(attributes[i]).append("=\"");
            out.append(value instanceof Double number ? tenths(number) : escaped(value.toString()));
            out.append('"');
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
