package io.apicache.redis.server;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import redis.embedded.core.ExecutableProvider;

/**
 * Which Redis the tests run on: {@code APICACHE_TEST_REDIS} or the system property {@code apicache.test.redis} says
 * {@code redis://...}, {@code docker}, {@code local}, {@code embedded} or {@code auto}, the default.
 *
 * <p>{@code auto} takes Docker where it answers, else {@code redis-server} on the {@code PATH}, else the executable in
 * the embedded-redis jar. With none of them the tests fail; they never skip. Tests that kill, cluster or encrypt need
 * processes of their own: for {@code redis://...} and {@code docker} these are the next best of the list.
 */
public final class RedisServers {

    /** Where the Redis of ordinary tests comes from. */
    public enum Kind {
        ADDRESS,
        DOCKER,
        LOCAL,
        EMBEDDED
    }

    private static final String SETTING = setting();

    /** Found by the first one who asks, once per JVM. */
    private static Kind kind;

    private static Path executable;

    private RedisServers() {}

    /** The source that the setting and this machine lead to. */
    public static synchronized Kind kind() {
        if (kind == null) {
            kind = choose(SETTING, onThePath());
            System.out.println("Tests run on Redis: " + kind + " (APICACHE_TEST_REDIS=" + SETTING + ")");
        }
        return kind;
    }

    /** A server for ordinary tests; {@link RedisShared} has one that all of them share. */
    public static RedisServer start() {
        return switch (kind()) {
            case ADDRESS -> new RedisAddress(SETTING);
            case DOCKER -> RedisContainer.start();
            case LOCAL, EMBEDDED -> RedisProcess.start();
        };
    }

    /** The {@code redis-server} that processes are started from. */
    static synchronized Path executable() {
        if (executable == null) {
            executable = kind() == Kind.EMBEDDED || onThePath() == null ? embedded() : onThePath();
            String version =
                    Tool.run(List.of(executable.toString(), "--version")).output();
            System.out.println("Redis processes: " + executable + ", " + version);
        }
        return executable;
    }

    static Kind choose(String setting, Path onThePath) {
        return switch (setting.toLowerCase(Locale.ROOT)) {
            case "docker" -> Kind.DOCKER;
            case "embedded" -> Kind.EMBEDDED;
            case "local" -> {
                if (onThePath == null) {
                    throw new IllegalStateException("APICACHE_TEST_REDIS=local, but no redis-server on the PATH");
                }
                yield Kind.LOCAL;
            }
            case "auto" -> {
                if (DockerProbe.answers()) {
                    yield Kind.DOCKER;
                }
                yield onThePath == null ? Kind.EMBEDDED : Kind.LOCAL;
            }
            default -> {
                if (setting.matches("rediss?://.+")) {
                    yield Kind.ADDRESS;
                }
                throw new IllegalArgumentException(
                        "APICACHE_TEST_REDIS is redis://..., docker, local, embedded or auto, not " + setting);
            }
        };
    }

    static Path find(String name, String searchPath) {
        for (String directory : searchPath.split(File.pathSeparator, -1)) {
            Path file = Path.of(directory, name);
            if (!directory.isEmpty() && Files.isExecutable(file) && Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    private static Path onThePath() {
        String searchPath = System.getenv("PATH");
        return searchPath == null ? null : find("redis-server", searchPath);
    }

    private static Path embedded() {
        Path directory = Leftovers.newDirectory("embedded");
        try {
            return ExecutableProvider.newJarResourceProvider(directory.toFile())
                    .get()
                    .toPath();
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "no Redis for the tests: Docker does not answer or is not wanted, no redis-server on the PATH, and"
                            + " the embedded one is not for this system. Install redis-server, or set"
                            + " APICACHE_TEST_REDIS=redis://...",
                    e);
        }
    }

    private static String setting() {
        String property = System.getProperty("apicache.test.redis");
        String variable = System.getenv("APICACHE_TEST_REDIS");
        String setting = property != null ? property : variable;
        return setting == null || setting.isBlank() ? "auto" : setting.strip();
    }
}
