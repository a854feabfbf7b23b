package io.apicache.examples;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Servers in JVMs of their own, and one more that really dies over what it is given, whereupon another one takes its place. */
final class ServerProcesses implements Servers {

    private static final int STARTING_AT_A_TIME = Runtime.getRuntime().availableProcessors();

    private final Arguments arguments;
    private final String namespace;
    private final Tally tally;
    private final PrintStream err;
    private final Queue<ServerProcess> all = new ConcurrentLinkedQueue<>();
    private final List<URI> working = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<CompletableFuture<Void>> followers = new ArrayList<>();
    private final Thread killer = new Thread(() -> all.forEach(ServerProcess::kill));
    private volatile URI dying = URI.create("http://127.0.0.1:0");
    private volatile boolean closing;

    private ServerProcesses(Arguments arguments, String namespace, Tally tally, PrintStream err) {
        this.arguments = arguments;
        this.namespace = namespace;
        this.tally = tally;
        this.err = err;
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /**
     * Starts them.
     *
     * @param err what they say on their standard error is shown there
     * @return them, each ready for payments
     * @throws IllegalArgumentException if one cannot work; the message says why
     */
    static ServerProcesses start(Arguments arguments, String namespace, Tally tally, PrintStream err) {
        ServerProcesses servers = new ServerProcesses(arguments, namespace, tally, err);
        try {
            servers.start();
            return servers;
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private void start() {
        List<ServerProcess> started = new ArrayList<>();
        for (int i = 0; i < arguments.processes(); i++) {
            if (i >= STARTING_AT_A_TIME) {
                working.add(started.get(working.size()).address());
            }
            started.add(spawn("server " + (i + 1), "works"));
        }
        while (working.size() < started.size()) {
            working.add(started.get(working.size()).address());
        }
        ServerProcess mortal = spawn("dying server", "dies");
        dying = mortal.address();
        started.forEach(server -> followers.add(CompletableFuture.runAsync(() -> follow(server), threads)));
        followers.add(CompletableFuture.runAsync(() -> followDying(mortal), threads));
    }

    private ServerProcess spawn(String name, String what) {
        List<String> line = new ArrayList<>(List.of(namespace, what, "--redis", String.valueOf(arguments.redis())));
        line.addAll(List.of("--lease", String.valueOf(arguments.lease().toMillis())));
        if (arguments.breaks()) {
            line.add("--break");
        }
        ServerProcess server = new ServerProcess(name, line, err);
        all.add(server);
        if (closing) {
            server.stop(); // close did not see it
        }
        return server;
    }

    private void follow(ServerProcess server) {
        server.copyTo(tally);
        unlessClosing(server + " ended with exit code " + server.end() + " in the middle of the replay");
    }

    private void followDying(ServerProcess first) {
        ServerProcess server = first;
        try {
            while (server.copyTo(tally)) {
                server = spawn(server.toString(), "dies");
                dying = server.address();
            }
            unlessClosing(server + " ended with exit code " + server.end() + ", but not over a payment");
        } catch (IllegalArgumentException | UncheckedIOException e) {
            unlessClosing(server + " could not be replaced: " + e.getMessage());
        }
    }

    private void unlessClosing(String violation) {
        if (!closing) {
            tally.violations.add(violation);
        }
    }

    @Override
    public List<URI> working() {
        return working;
    }

    @Override
    public URI dying() {
        return dying;
    }

    @Override
    public void close() {
        closing = true;
        all.forEach(ServerProcess::stop);
        all.forEach(ServerProcess::end);
        followers.forEach(CompletableFuture::join);
        threads.shutdown();
        Runtime.getRuntime().removeShutdownHook(killer);
    }

    @Override
    public String toString() {
        return working.size() + " servers, each in a JVM of its own";
    }
}
