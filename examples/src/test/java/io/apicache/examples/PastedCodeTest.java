package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first code that a reader meets, in the README and in the Javadoc of {@code ApiCache}, is taken from there, compiled and run. What
 * it does in a project of its own is tried by {@code .ci/paste/run}.
 */
class PastedCodeTest {

    private static final Path ROOT = Path.of("..");
    private static final String FAILS_ONCE =
            "if (work++ == 0) { throw new IllegalStateException(\"planted\"); } return ";

    @TempDir
    Path directory;

    private static String readme() throws IOException {
        return block(
                "README.md",
                "## Use it\n.*?<!-- runs: Invoices -->\n```java\n(.*?)```",
                Files.readString(ROOT.resolve("README.md")));
    }

    private static String javadoc() throws IOException {
        Path page = ROOT.resolve("apicache-api/src/main/java/io/apicache/ApiCache.java");
        return block("the Javadoc of ApiCache", "<pre>\\{@code\n(.*?) \\* }</pre>", Files.readString(page))
                .replaceAll("(?m)^ \\* ?", "");
    }

    private static String block(String page, String pattern, String text) {
        Matcher found = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        assertThat(found.find()).as("the first code in %s", page).isTrue();
        return found.group(1);
    }

    /** {@return the class {@code Invoices}, compiled and loaded from source} */
    private Class<?> compiled(String source) throws Exception {
        Path file = Files.writeString(directory.resolve("Invoices.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-d",
                    directory.toString(),
                    "-Xlint:all,-processing",
                    "-Werror",
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path"));
            boolean fine = compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(file))
                    .call();
            assertThat(fine).as("%s%n%s", messages, source).isTrue();
        }
        return new URLClassLoader(
                        new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())
                .loadClass("Invoices");
    }

    private static String create(Class<?> invoices, String requestId) throws Throwable {
        Method create = invoices.getDeclaredMethod("create", String.class);
        create.setAccessible(true);
        Constructor<?> constructor = invoices.getDeclaredConstructor();
        constructor.setAccessible(true);
        try {
            return String.valueOf(create.invoke(constructor.newInstance(), requestId));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Each call has an object of its own: idempotency must not hang on that. */
    private static void assertIdempotent(Class<?> invoices) throws Throwable {
        String first = create(invoices, "order-7");

        assertThat(first).startsWith("200 invoice ");
        assertThat(create(invoices, "order-7")).isEqualTo(first);
        assertThat(create(invoices, "order-8")).startsWith("200 invoice ").isNotEqualTo(first);
    }

    private static void assertSafe(Class<?> invoices) throws Throwable {
        assertThatThrownBy(() -> create(invoices, "order-7")).hasMessage("planted");
        assertIdempotent(invoices);
    }

    @Test
    @DisplayName("C1 the README's first code, pasted as it stands, makes one invoice for two calls")
    void theReadmesCode() throws Throwable {
        assertIdempotent(compiled(readme()));
    }

    @Test
    @DisplayName("W3 in the README's first code work that throws gives the id back")
    void theReadmesCodeWhoseWorkThrows() throws Throwable {
        String source = readme();
        String broken = source.replace("return \"invoice \"", FAILS_ONCE + "\"invoice \"")
                .replace("public class Invoices {", "public class Invoices {\n    private static int work;");
        assertThat(broken).contains("work++").contains("int work;");
        assertSafe(compiled(broken));
    }

    private static String whole(String example, String createInvoice) {
        return """
                import io.apicache.*;
                import io.apicache.memory.MemoryStore;
                import java.time.Duration;
                record Invoice(int number) {}
                record Reply(String text) { public String toString() { return text; } }
                """ + example.stripTrailing().replaceFirst("}$", """
                    private static int work;
                    private static Invoice createInvoice() { %s new Invoice(++work); }
                    private static Reply ok(Invoice invoice) { return new Reply("200 invoice " + invoice.number()); }
                    private static Reply conflict(Duration after) { return new Reply("409 " + after); }
                }
                """.formatted(createInvoice));
    }

    @Test
    @DisplayName("C1 the example in the Javadoc of ApiCache makes one invoice for two calls")
    void theJavadocsCode() throws Throwable {
        assertIdempotent(compiled(whole(javadoc(), "return")));
    }

    @Test
    @DisplayName("W3 in the example in the Javadoc of ApiCache work that throws gives the id back")
    void theJavadocsCodeWhoseWorkThrows() throws Throwable {
        assertSafe(compiled(whole(javadoc(), FAILS_ONCE)));
    }
}
