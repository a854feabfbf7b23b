package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.memory.MemoryStore;
import io.apicache.redis.RedisStore;
import io.apicache.redis.server.RedisProcess;
import io.apicache.spi.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what records, claims and waits take of the heap and of Redis: {@code [--smoke] [--out DIRECTORY]}. It does so in a JVM of
 * its own, which is started so that it can count objects.
 */
public final class Footprint {

    private static final String COUNTS = "apicache.footprint.counts";
    private static final Duration LEASE = Duration.ofMinutes(15); // no renewals while heaps are compared

    private Footprint() {}

    /**
     * Runs it.
     *
     * @param args see above
     * @throws Exception if something was not as it must be for the figures to mean anything
     */
    public static void main(String[] args) throws Exception {
        int number = 10_000;
        Path out = Path.of("target", "footprint");
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--smoke" -> number = 100;
                case "--out" -> out = Path.of(args[++i]);
                default -> throw new IllegalArgumentException(args[i] + " is not --smoke or --out");
            }
        }
        if (!Boolean.getBoolean(COUNTS)) {
            startOver(args);
            return;
        }
        Files.createDirectories(out);
        Figures figures = new Figures();
        Machine.describe().forEach(figures::head);
        measure(number, figures);
        figures.write(out, "footprint", "What records, claims and waits take");
        System.out.println("written: " + out);
        System.exit(0); // whatever threads are left
    }

    private static void startOver(String[] args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options());
        command.addAll(Machine.options());
        command.addAll(List.of("-D" + COUNTS + "=true", "-cp", System.getProperty("java.class.path")));
        command.add(Footprint.class.getName());
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().transferTo(System.out);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the JVM that counts ended with " + process.exitValue());
        }
    }

    /** {@return what a JVM needs so that {@link Heap} can count, and is quiet about it} */
    private static List<String> options() {
        List<String> options = new ArrayList<>(List.of(
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-Djol.magicFieldOffset=true", // records and lambdas as well
                "-Djol.skipHotspotSAAttach=true",
                "-Djol.skipDynamicAttach=true",
                "-Dslf4j.internal.verbosity=ERROR",
                "--add-exports=java.base/jdk.internal.vm.annotation=ALL-UNNAMED"));
        if (Runtime.version().feature() >= 24) {
            options.add("--sun-misc-unsafe-memory-access=allow");
        }
        return options;
    }

    private static void measure(int number, Figures figures) throws IOException, InterruptedException {
        figures.head("records, claims and waits", String.valueOf(number));
        say("records in memory");
        new RecordFootprint(number, figures).measure();
        say("waits in memory");
        try (ApiCache<byte[]> cache = cache(new MemoryStore<>()).build()) {
            new WaitFootprint("in memory", cache, cache, () -> 0).measure(number, figures);
        }
        try (RedisProcess redis = RedisProcess.start();
                RedisStore here = RedisStore.connect(redis.uri());
                RedisStore there = RedisStore.connect(redis.uri())) {
            figures.head("redis", redis.version());
            say("waits over Redis");
            try (ApiCache<byte[]> owner = cache(here.as(Codec.bytes())).build();
                    ApiCache<byte[]> other = cache(there.as(Codec.bytes())).build()) {
                new WaitFootprint("over Redis", owner, other, () -> connections(redis)).measure(number, figures);
            }
            say("records in Redis");
            new ServerFootprint(redis, cache(here.as(Codec.bytes())), number, figures).measure();
        }
    }

    private static ApiCache.Builder<byte[]> cache(Store<byte[]> store) {
        return ApiCache.over(store).lease(LEASE).workLimit(LEASE);
    }

    private static int connections(RedisProcess redis) {
        return (int) ((String) redis.command("CLIENT", "LIST")).lines().count();
    }

    private static void say(String what) {
        System.out.println(what);
    }
}
