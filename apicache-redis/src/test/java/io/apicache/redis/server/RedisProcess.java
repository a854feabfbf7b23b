package io.apicache.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.SocketFactory;

/**
 * A Redis of our own on a free port of 127.0.0.1, which keeps nothing on disk and can be killed, paused and restarted.
 *
 * <p>It is gone with {@link #close()}, at the latest with this JVM. Not for Windows, which has no such signals.
 */
public final class RedisProcess implements RedisServer {

    private static final int PORT_RACES = 5;
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);

    private final Launch launch;
    private final int port;
    private final Path directory;
    private final SocketFactory sockets;
    private Process process;
    private Path log;
    private int starts;

    private RedisProcess(Launch launch, int port) {
        this.launch = launch;
        this.port = port;
        this.directory = Leftovers.newDirectory("redis");
        this.sockets =
                launch.tls() == null ? SocketFactory.getDefault() : launch.tls().socketFactory();
    }

    /** Starts one with further arguments, such as {@code "--maxmemory", "4mb"}. */
    public static RedisProcess start(String... arguments) {
        return start(Launch.of(arguments));
    }

    /**
     * Starts one that speaks TLS only. Name {@code --tls-cert-file} and {@code --tls-key-file} for another certificate
     * than the one of {@code files} for this host.
     */
    public static RedisProcess tls(TlsFiles files, String... arguments) {
        if (!supportsTls()) {
            throw new UnsupportedOperationException(RedisServers.executable() + " is built without TLS");
        }
        return start(new Launch(RedisServers.executable(), List.of(arguments), null, files));
    }

    /** Whether the executable is built with TLS: it then stumbles over the second directive, not the first one. */
    public static boolean supportsTls() {
        String redis = RedisServers.executable().toString();
        return Tool.run(List.of(redis, "--tls-port", "0", "--no-such-directive", "x"))
                .output()
                .contains("no-such-directive");
    }

    /** The version of the executable, such as {@code 7.0.15}, which a server may not tell. */
    public static String serverVersion() {
        String line = Tool.run(List.of(RedisServers.executable().toString(), "--version"))
                .output();
        return line.replaceAll("(?s).*v=([0-9.]+).*", "$1");
    }

    static RedisProcess start(Launch launch) {
        for (int attempt = 1; ; attempt++) {
            RedisProcess redis = new RedisProcess(launch, FreePorts.next());
            try {
                redis.launch();
                return redis;
            } catch (IOException | RuntimeException e) {
                boolean lostTheRace = redis.log().contains("Address already in use");
                redis.close();
                if (!lostTheRace || attempt == PORT_RACES) {
                    throw new IllegalStateException(launch.executable() + " does not start", e);
                }
            }
        }
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String uri() {
        String password = launch.argument("--requirepass");
        String scheme = launch.tls() == null ? "redis://" : "rediss://";
        return scheme + (password == null ? "" : ":" + password + "@") + host() + ":" + port;
    }

    @Override
    public RespConnection connect() throws IOException {
        RespConnection connection = RespConnection.open(sockets, host(), port, ANSWER_LIMIT);
        String password = launch.argument("--requirepass");
        if (password != null) {
            connection.command("AUTH", password);
        }
        return connection;
    }

    /** Kills it as {@code kill -9} does, and returns when it is gone; its connections break. */
    public synchronized void kill() {
        Leftovers.kill(process);
    }

    /** Stops the process as a whole: connections stay open and nobody answers, until {@link #resume()}. */
    public synchronized void pause() {
        signal("STOP");
    }

    /** Lets a paused process go on, with the commands that have piled up. */
    public synchronized void resume() {
        signal("CONT");
    }

    /** Kills it if it still runs, and starts it again at the same port, with nothing in it but what it kept on disk. */
    public synchronized void restart() {
        kill();
        try {
            launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it works and logs. */
    Path directory() {
        return directory;
    }

    public synchronized boolean isAlive() {
        return process.isAlive();
    }

    /** What it printed since its last start. */
    public synchronized String log() {
        try {
            return log != null && Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            kill();
        }
        Leftovers.delete(directory);
    }

    @Override
    public String toString() {
        return uri();
    }

    private synchronized void launch() throws IOException {
        starts++;
        log = directory.resolve("start-" + starts + ".log");
        Path file = directory.resolve("redis.conf");
        if (launch.configuration() != null && starts == 1) {
            Files.writeString(file, launch.configuration());
        }
        process = Leftovers.start(new ProcessBuilder(launch.commandLine(port, directory, file))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile()));
        boolean answered = Await.within(START_LIMIT, () -> !process.isAlive() || answers());
        if (!answered || !process.isAlive()) {
            kill();
            throw new IllegalStateException("Redis did not answer at port " + port + ":\n" + log());
        }
    }

    /** It must be this process that answers: another one may have taken the port before. */
    private boolean answers() {
        try (RespConnection connection = connect()) {
            return connection.command("PING").equals("PONG") && isThisProcess(connection);
        } catch (IOException | RedisError e) {
            return false;
        }
    }

    private boolean isThisProcess(RespConnection connection) throws IOException {
        if (launch.arguments().contains("INFO")) { // renamed: its log tells that it has the port
            return log().contains("Ready to accept connections");
        }
        return ((String) connection.command("INFO", "server")).contains("process_id:" + process.pid() + "\r\n");
    }

    private void signal(String name) {
        Tool.run(List.of("kill", "-" + name, "" + process.pid())).orFail();
    }
}
