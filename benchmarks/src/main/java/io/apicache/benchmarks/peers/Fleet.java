package io.apicache.benchmarks.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Some processes with the same peer, over a Redis of their own. */
final class Fleet implements AutoCloseable {

    private final Peers peer;
    private final int bytes;
    private final Server server = new Server();
    private final List<WorkerProcess> workers = new ArrayList<>();

    private Fleet(Peers peer, int bytes) {
        this.peer = peer;
        this.bytes = bytes;
    }

    static Fleet start(Peers peer, int processes, int bytes) throws IOException, InterruptedException {
        Fleet fleet = new Fleet(peer, bytes);
        try {
            for (int i = 0; i < processes; i++) {
                fleet.workers.add(WorkerProcess.start(peer, fleet.server.uri(), bytes));
            }
            return fleet;
        } catch (IOException | InterruptedException | RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    Peers peer() {
        return peer;
    }

    Server server() {
        return server;
    }

    int size() {
        return workers.size();
    }

    WorkerProcess worker(int number) {
        return workers.get(number);
    }

    /** Kills a process. {@return when} */
    long kill(int number) throws InterruptedException {
        return workers.get(number).kill();
    }

    /** Starts another process in the place of one that was killed. */
    void replace(int number) throws IOException, InterruptedException {
        workers.get(number).close();
        workers.set(number, WorkerProcess.start(peer, server.uri(), bytes));
    }

    @Override
    public void close() {
        workers.forEach(WorkerProcess::close);
        server.close();
    }
}
