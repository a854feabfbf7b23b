package io.apicache.redis.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.testcontainers.DockerClientFactory;

/**
 * Whether Docker is there: first a look that costs nothing, for most machines without it, then a question with a limit,
 * because a socket that accepts and never answers would hold the client for minutes.
 */
final class DockerProbe {

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private DockerProbe() {}

    static boolean answers() {
        return looksInstalled()
                && within(LIMIT, () -> DockerClientFactory.instance().isDockerAvailable());
    }

    static boolean looksInstalled() {
        if (System.getenv("DOCKER_HOST") != null) {
            return true;
        }
        return traces().stream().anyMatch(Files::exists);
    }

    private static List<Path> traces() {
        Path home = Path.of(System.getProperty("user.home"));
        List<Path> traces = new ArrayList<>();
        traces.add(Path.of("/var/run/docker.sock"));
        traces.add(home.resolve(".docker/run/docker.sock"));
        traces.add(home.resolve(".docker/desktop/docker.sock"));
        traces.add(home.resolve(".testcontainers.properties"));
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null) {
            traces.add(Path.of(runtime, "docker.sock"));
        }
        return traces;
    }

    /** Whether the question was answered with yes in time; a thread that hangs is left behind as a daemon. */
    static boolean within(Duration limit, BooleanSupplier question) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        answer.complete(question.getAsBoolean());
                    } catch (RuntimeException | Error e) {
                        answer.completeExceptionally(e);
                    }
                },
                "docker-probe");
        thread.setDaemon(true);
        thread.start();
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            System.out.println("No Docker for the tests: " + e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
