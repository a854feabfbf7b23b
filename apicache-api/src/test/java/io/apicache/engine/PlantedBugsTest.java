package io.apicache.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The random walk notices each of these bugs: the engine is compiled with the bug, and walked until a promise breaks. */
@Tag("exhaustive")
@Tag("once")
class PlantedBugsTest {

    private static final Path MAIN = Path.of("src", "main", "java", "io", "apicache", "engine");
    private static final Path TEST = Path.of("src", "test", "java", "io", "apicache", "engine");
    private static final int WALKS = 400;

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{2}: {0}")
    @CsvSource(delimiterString = " @ ", quoteCharacter = '\0', textBlock = """
            A response answers callers that came after the store was asked @ Query @ H1 @ this.answersUpTo = answersUpTo; @ this.answersUpTo = Long.MAX_VALUE;
            The response of an owner answers callers that came after it was sent @ HandleAttempt @ H1 @ answersUpTo = arrivals; @ answersUpTo = Long.MAX_VALUE;
            A message answers callers that came after the store was asked @ RemoteRecord @ H1 @ seenUpTo = answersUpTo; @ seenUpTo = Long.MAX_VALUE;
            A claim answers callers that came after it was confirmed @ Ownership @ H1 @ return confirmation == null ? answersUpTo : confirmation.upTo(); @ return Long.MAX_VALUE;
            A claim that is not this process's any more is kept @ Ownership @ H1 @ if (kept && !lease.isOver(now)) { @ if (!lease.isOver(now)) {
            A lease is not over when its time is over @ Lease @ C1 @ return now - ends >= 0; @ return now - ends >= 3_000_000_000L;
            A lease counts from the answer @ KeyState @ C1 @ granted, query.firstSent, ask.answersUpTo() @ granted, now + 3_000_000_000L, ask.answersUpTo()
            A fingerprint is not compared @ Resolution @ F1 @ Timing.mismatch(storedFingerprint, givenFingerprint) ? new Mismatch<>() : new Replay<>(handled) @ new Replay<>(handled)
            A waiter that leaves stays counted @ WaitQueue @ M1 @ context.capacity.free(); @ context.settings.waiters();
            A query that is not answered never fails @ RemoteRecord @ M1 @ if (now - due < 0) { @ if (now - due < Long.MAX_VALUE) {
            A response that was refused counts as stored @ Owners @ H3 @ new LeaseLostException("the response for " + key + " was not stored: the claim was lost, " + why), @ null,
            The token of a handle is not checked @ WalkedRecord @ C1 @ return claim == null && response == null ? new Stored.Lost<>() : new Stored.Stale<>(); @ if (claim == null) return new Stored.Lost<>();
            A lapsed claim is granted to two @ WalkedRecord @ C1 @ if (claim != null && now - claim.leaseEnds < 0) { @ if (claim != null && now - claim.leaseEnds < -3_000_000_000L) {
            """)
    void isNoticed(String bug, String file, String promise, String original, String planted)
            throws IOException, InterruptedException, ReflectiveOperationException {
        Path source = (file.startsWith("Walked") ? TEST : MAIN).resolve(file + ".java");
        String text = Files.readString(source);
        assertThat(text.indexOf(original))
                .as("the only place for the bug in %s", file)
                .isNotNegative()
                .isEqualTo(text.lastIndexOf(original));
        Path changed = directory.resolve(file + ".java");
        Files.writeString(changed, text.replace(original, planted));

        assertThat(walk(compile(source, changed))).contains("AssertionError: " + promise);
    }

    private Path compile(Path replaced, Path replacement) throws IOException, InterruptedException {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        List<Path> sources = new ArrayList<>(List.of(replacement));
        try (Stream<Path> engine = Files.list(MAIN);
                Stream<Path> walk = Files.list(TEST)) {
            engine.filter(each -> !each.endsWith("package-info.java")).forEach(sources::add);
            walk.filter(each -> each.getFileName().toString().startsWith("Walk"))
                    .forEach(sources::add);
        }
        sources.remove(replaced);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-proc:none",
                "-nowarn",
                "-implicit:none",
                "-d",
                classes.toString(),
                "-cp",
                Path.of("target", "classes") + File.pathSeparator + annotations()));
        sources.forEach(each -> command.add(each.toString()));
        Path output = directory.resolve("output");
        Process compiler = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(compiler.waitFor()).as("%s", Files.readString(output)).isZero();
        return classes;
    }

    /** {@return where the annotations are that the engine is compiled with} */
    private static String annotations() {
        return Stream.of("java.class.path", "jdk.module.path", "surefire.test.class.path")
                .flatMap(property -> Stream.of(System.getProperty(property, "").split(File.pathSeparator)))
                .filter(each -> each.contains("jspecify"))
                .findFirst()
                .orElseThrow();
    }

    /** {@return what the walk says of the first promise that is broken, or nothing} */
    private static String walk(Path classes) throws IOException, ReflectiveOperationException {
        URL[] path = {
            classes.toUri().toURL(), Path.of("target", "classes").toUri().toURL()
        };
        try (URLClassLoader loader =
                new URLClassLoader(path, null)) { // the platform's loader would find the tested module
            loader.loadClass("io.apicache.engine.Walk")
                    .getMethod("walkAll", long.class, int.class)
                    .invoke(null, 1L, WALKS);
            return "";
        } catch (InvocationTargetException e) {
            return String.valueOf(e.getCause());
        }
    }
}
