package io.apicache.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The main class of one process with one peer. It does what it is told line by line, and prints times of the monotonic clock, which on
 * Linux is the same in all processes.
 *
 * <pre>
 * replay ID CALLS            times NANOS…               calls for an id that has a response
 * first PREFIX CALLS         times NANOS…               calls for ids that nobody has seen
 * hold ID                    holding                    works until it is told to finish
 * finish                     finished AT                AT is just before the response is handed over
 * wait ID THREADS MILLIS     waiting, then woken EXECUTIONS CALLED AT CALLED AT…
 * many PREFIX IDS CALLS THREADS MILLIS SEED
 *                            done EXECUTIONS FROM TO NANOS…  so many calls for each of the ids, in an order that follows from the seed
 * </pre>
 */
final class Worker {

    /** Ten thousand callers fit beside each other; half of it is too little for Spring to connect in. */
    private static final int STACK_BYTES = 256 * 1024;

    private final Peer peer;
    private final byte[] response;
    private CountDownLatch finish = new CountDownLatch(0);

    private Worker(Peer peer, int bytes) {
        this.peer = peer;
        this.response = new byte[bytes];
        Arrays.fill(response, (byte) 'r');
    }

    /** Arguments: the name of the peer, the address of Redis, the length of a response. */
    public static void main(String[] args) throws Exception {
        Peer peer = Peers.valueOf(args[0]).open(args[1]);
        Worker worker = new Worker(peer, Integer.parseInt(args[2]));
        say("ready");
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                worker.obey(order.split(" ", -1));
            }
        }
        System.exit(0); // whatever threads the peer leaves behind
    }

    private void obey(String[] order) throws Exception {
        switch (order[0]) {
            case "replay" -> time(Integer.parseInt(order[2]), call -> order[1]);
            case "first" -> time(Integer.parseInt(order[2]), call -> order[1] + call);
            case "hold" -> {
                CountDownLatch told = new CountDownLatch(1);
                finish = told;
                inBackground(() -> hold(order[1], told));
            }
            case "finish" -> finish.countDown();
            case "wait" -> inBackground(() -> await(order[1], Integer.parseInt(order[2]), Long.parseLong(order[3])));
            case "many" -> inBackground(() -> many(order));
            default -> throw new IOException("unknown order: " + String.join(" ", order));
        }
    }

    /** Names the id of a call. */
    private interface Ids {
        String of(int call);
    }

    private void time(int calls, Ids ids) throws Exception {
        long[] nanos = new long[calls];
        for (int i = 0; i < calls; i++) {
            String id = ids.of(i);
            long from = System.nanoTime();
            byte[] answer = peer.answer(id, Duration.ofSeconds(10), () -> response);
            nanos[i] = System.nanoTime() - from;
            require(answer);
        }
        say("times " + words(nanos));
    }

    private void hold(String id, CountDownLatch told) throws Exception {
        long[] finished = new long[1];
        require(peer.answer(id, Duration.ZERO, () -> {
            say("holding");
            told.await();
            finished[0] = System.nanoTime();
            return response;
        }));
        say("finished " + finished[0]);
    }

    private void await(String id, int threads, long maxMillis) throws InterruptedException {
        AtomicInteger executions = new AtomicInteger();
        long[] times = new long[2 * threads];
        CountDownLatch started = new CountDownLatch(threads);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int caller = i;
            callers.add(inBackground(() -> {
                started.countDown();
                times[2 * caller] = System.nanoTime();
                byte[] answer = peer.answer(id, Duration.ofMillis(maxMillis), () -> {
                    executions.incrementAndGet();
                    return response;
                });
                times[2 * caller + 1] = System.nanoTime();
                require(answer);
            }));
        }
        started.await();
        say("waiting");
        for (Thread caller : callers) {
            caller.join();
        }
        say("woken " + executions + " " + words(times));
    }

    /** Each thread works through its share of the calls. */
    private void many(String[] order) throws InterruptedException {
        List<String> ids = shuffled(order[1], Integer.parseInt(order[2]), Integer.parseInt(order[3]), order[6]);
        int threads = Integer.parseInt(order[4]);
        long workMillis = Long.parseLong(order[5]);
        AtomicInteger executions = new AtomicInteger();
        long[] nanos = new long[ids.size()];
        long from = System.nanoTime();
        List<Thread> callers = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int first = thread;
            callers.add(inBackground(() -> {
                for (int call = first; call < nanos.length; call += threads) {
                    long called = System.nanoTime();
                    byte[] answer = peer.answer(ids.get(call), Duration.ofSeconds(30), () -> {
                        executions.incrementAndGet();
                        Thread.sleep(workMillis);
                        return response;
                    });
                    nanos[call] = System.nanoTime() - called;
                    require(answer);
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        say("done " + executions + " " + from + " " + System.nanoTime() + " " + words(nanos));
    }

    private static List<String> shuffled(String prefix, int number, int each, String seed) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < number * each; i++) {
            ids.add(prefix + i % number);
        }
        Collections.shuffle(ids, new Random(Long.parseLong(seed)));
        return ids;
    }

    private static String words(long[] numbers) {
        return LongStream.of(numbers).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    private void require(byte @Nullable [] answer) {
        if (!Arrays.equals(answer, response)) {
            throw new IllegalStateException("a wrong answer, or none");
        }
    }

    /** Runs something on a thread of its own; if it fails, so does this process. */
    private static Thread inBackground(Task task) {
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        task.run();
                    } catch (Exception | Error e) {
                        e.printStackTrace();
                        System.exit(1);
                    }
                },
                "caller",
                STACK_BYTES);
        thread.start();
        return thread;
    }

    /** What may fail. */
    private interface Task {
        void run() throws Exception;
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }
}
