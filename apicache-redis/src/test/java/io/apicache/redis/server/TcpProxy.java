package io.apicache.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A bad network between a client and a Redis that does not encrypt: forwards a port of this host until a test tells it
 * to delay, to lose, to cut or to refuse.
 *
 * <p>Requests are matched as they stand on the wire, a {@code char} for each byte. Replies are counted as one for each
 * request, which does not hold for a RESP2 connection that subscribes.
 *
 * <p><b>Thread-safety:</b> any thread may cause faults at any time. After {@link #close()} no thread is left.
 */
public final class TcpProxy implements AutoCloseable {

    /** What is to happen to the first request that matches. */
    private record Plan(Predicate<String> request, Fault fault) {}

    private static final int CONNECT_MILLIS = 60_000;
    private static final int PORT_RACES = 5;

    private final String host;
    private final int targetPort;
    private final int port = FreePorts.next();
    private final Flow requests = new Flow();
    private final Flow replies = new Flow();

    private final Set<ProxyLink> links = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /** Everything below is guarded by this. */
    private final List<Plan> plans = new ArrayList<>();

    private final List<Consumer<String>> watchers = new ArrayList<>();
    private ServerSocket listener;
    private Thread acceptor;
    private int repliesUntilDrop;
    private int connections;
    private boolean closed;

    private TcpProxy(String host, int targetPort) {
        this.host = host;
        this.targetPort = targetPort;
    }

    public static TcpProxy to(RedisServer server) {
        for (int attempt = 1; ; attempt++) {
            TcpProxy proxy = new TcpProxy(server.host(), server.port());
            try {
                proxy.accept();
                return proxy;
            } catch (UncheckedIOException e) { // another process has taken the port since it was looked up
                if (attempt == PORT_RACES) {
                    throw e;
                }
            }
        }
    }

    /** Matches requests for one of these commands, such as {@code "EVALSHA"}. */
    public static Predicate<String> command(String... names) {
        return request -> {
            String[] lines = request.split("\r\n", 4);
            return lines.length > 2 && Arrays.stream(names).anyMatch(lines[2]::equalsIgnoreCase);
        };
    }

    public int port() {
        return port;
    }

    /** The address that leads through this proxy; without the password, if the server has one. */
    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** The way to the server. */
    public Flow requests() {
        return requests;
    }

    /** The way back. */
    public Flow replies() {
        return replies;
    }

    /** The first request from now on that matches, on whatever connection, suffers the fault. */
    public synchronized void once(Predicate<String> request, Fault fault) {
        plans.add(new Plan(request, fault));
    }

    /** Sees every request before it goes on, in the thread that carries it. */
    public synchronized void watch(Consumer<String> watcher) {
        watchers.add(watcher);
    }

    /** Loses the k-th reply from now on, over all connections; the next one is the first. */
    public synchronized void dropReply(int k) {
        repliesUntilDrop = k;
    }

    /** Both directions lose everything, and connections stay open: a cable is out. */
    public void blackHole() {
        requests.swallow();
        replies.swallow();
    }

    /** New connections are refused; those that have carried something live on. */
    public void refuse() {
        Thread last;
        synchronized (this) {
            last = acceptor;
            try {
                listener.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        // Only with the thread that accepts does the system let go of the port.
        join(last);
    }

    /** Cuts all connections that exist. */
    public void cutAll(Cut how) {
        links.forEach(link -> link.cut(how));
    }

    /** Forgets all faults and accepts connections again. */
    public void heal() {
        synchronized (this) {
            plans.clear();
            repliesUntilDrop = 0;
        }
        requests.heal();
        replies.heal();
        accept();
    }

    /** How many connections there have been. */
    public synchronized int connections() {
        return connections;
    }

    /** How many connections there are. */
    public int openConnections() {
        return links.size();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        refuse();
        links.forEach(ProxyLink::close);
        threads.forEach(Thread::interrupt);
        threads.forEach(TcpProxy::join);
    }

    /** The fault that is due for this request, or {@code null}. */
    Fault faultFor(String request) {
        List<Consumer<String>> seeing;
        Fault fault;
        synchronized (this) {
            seeing = List.copyOf(watchers);
            fault = takePlan(request);
        }
        seeing.forEach(watcher -> watcher.accept(request));
        return fault;
    }

    synchronized boolean isReplyToDrop() {
        if (repliesUntilDrop == 0) {
            return false;
        }
        repliesUntilDrop--;
        return repliesUntilDrop == 0;
    }

    private Fault takePlan(String request) {
        for (Iterator<Plan> each = plans.iterator(); each.hasNext(); ) {
            Plan plan = each.next();
            if (plan.request().test(request)) {
                each.remove();
                return plan.fault();
            }
        }
        return null;
    }

    private synchronized void accept() {
        if (closed || (listener != null && !listener.isClosed())) {
            return;
        }
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(FreePorts.localhost(), port));
            listener = socket;
            acceptor = run("accept", () -> acceptFrom(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void acceptFrom(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                connect(socket.accept());
            } catch (IOException e) {
                // Closed, or a client that was gone before it was accepted.
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        ProxyLink link = new ProxyLink(this, client, server);
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(new InetSocketAddress(host, targetPort), CONNECT_MILLIS);
        } catch (IOException e) {
            link.cut(Cut.RST);
            throw e;
        } finally {
            begin(link);
        }
    }

    private synchronized void begin(ProxyLink link) {
        connections++;
        if (closed || link.isCut()) {
            link.close();
            return;
        }
        links.add(link);
        Thread back = run("replies", link::pumpReplies);
        run("requests", () -> {
            try {
                link.pumpRequests();
                join(back);
            } finally {
                link.close();
                links.remove(link);
            }
        });
    }

    private Thread run(String name, Runnable task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                },
                "tcp-proxy-" + port + "-" + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) {
        if (thread.equals(Thread.currentThread())) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
