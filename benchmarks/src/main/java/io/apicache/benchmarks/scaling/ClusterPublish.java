package io.apicache.benchmarks.scaling;

import io.apicache.redis.server.RedisCluster;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.RespConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a message costs a cluster, node by node, when nobody is subscribed and when somebody is: {@code [MESSAGES
 * [MASTERS...]] [--out DIRECTORY]}, by default 20,000 in clusters of 3, 6 and 12. PUBLISH goes to every node; SPUBLISH, of 7.0, to the replicas of one.
 */
public final class ClusterPublish {

    private static final int BYTES = 1_084;

    private static final List<String> HEAD = List.of(
            "| masters | command | subscriber | its node, µs | each other node, µs | all, µs | messages on the bus |",
            "|---|---|---|---|---|---|---|");

    private final List<Message> measured = new ArrayList<>();
    private String redis = "";

    private ClusterPublish() {}

    /**
     * What one message costs.
     *
     * @param masters of the cluster
     * @param command by which it was sent
     * @param subscriber where one is
     * @param ownMicros processor time of the node that it was sent to
     * @param otherMicros processor time of each other node
     * @param allMicros processor time of all nodes
     * @param onTheBus how many messages nodes sent to each other for it
     */
    record Message(
            int masters,
            String command,
            String subscriber,
            double ownMicros,
            double otherMicros,
            double allMicros,
            double onTheBus) {

        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %d | %s | %s | %.1f | %.1f | %.1f | %.2f |",
                    masters,
                    command,
                    subscriber,
                    ownMicros,
                    otherMicros,
                    allMicros,
                    onTheBus);
        }
    }

    /**
     * Runs it.
     *
     * @param args see above
     * @throws IOException if a node fails
     */
    public static void main(String[] args) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        Path out = null;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--out")) {
                out = Path.of(args[++i]);
            } else {
                numbers.add(Integer.parseInt(args[i]));
            }
        }
        int messages = numbers.isEmpty() ? 20_000 : numbers.get(0);
        ClusterPublish publish = new ClusterPublish();
        HEAD.forEach(System.out::println);
        for (int masters : numbers.size() < 2 ? List.of(3, 6, 12) : numbers.subList(1, numbers.size())) {
            publish.measure(masters, messages);
        }
        if (out != null) {
            List<String> lines = new ArrayList<>(HEAD);
            publish.measured.forEach(message -> lines.add(message.row()));
            new Table("cluster-publish", "What a message costs a cluster", publish.redis)
                    .write(out, lines, publish.measured);
        }
    }

    private void measure(int masters, int messages) throws IOException {
        try (RedisCluster cluster = RedisCluster.start(masters, 0)) {
            RedisProcess publisher = cluster.masterOf("inbox");
            RedisProcess other = cluster.nodes().stream()
                    .filter(node -> !node.equals(publisher))
                    .findFirst()
                    .orElseThrow();
            redis = publisher.version();
            measure(cluster, publisher, "PUBLISH", "none", null, messages);
            measure(cluster, publisher, "PUBLISH", "at this node", publisher, messages);
            measure(cluster, publisher, "PUBLISH", "at another node", other, messages);
            if (!redis.startsWith("6.")) {
                measure(cluster, publisher, "SPUBLISH", "at this node", publisher, messages);
            }
        }
    }

    private void measure(
            RedisCluster cluster,
            RedisProcess publisher,
            String command,
            String where,
            @Nullable RedisProcess subscribed,
            int messages)
            throws IOException {
        RespConnection subscriber = subscribed == null ? null : subscribed.connect();
        try (RespConnection connection = publisher.connect()) {
            if (subscriber != null) {
                subscriber.command(command.equals("PUBLISH") ? "SUBSCRIBE" : "SSUBSCRIBE", "inbox");
                reader(subscriber).start();
            }
            String message = "m".repeat(BYTES);
            List<RedisProcess> others = cluster.nodes().stream()
                    .filter(node -> !node.equals(publisher))
                    .toList();
            long onTheBus = sent(publisher);
            double own = micros(publisher);
            double theirs = others.stream().mapToDouble(ClusterPublish::micros).sum();
            for (int i = 0; i < messages; i++) {
                connection.command(command, "inbox", message);
            }
            own = (micros(publisher) - own) / messages;
            theirs = (others.stream().mapToDouble(ClusterPublish::micros).sum() - theirs) / messages;
            Message result = new Message(
                    cluster.nodes().size(),
                    command,
                    where,
                    own,
                    theirs / others.size(),
                    own + theirs,
                    (double) (sent(publisher) - onTheBus) / messages);
            measured.add(result);
            System.out.println(result.row());
        } finally {
            if (subscriber != null) {
                subscriber.close();
            }
        }
    }

    /** Reads what is pushed, or the server would buffer it. */
    private static Thread reader(RespConnection subscriber) {
        Thread reader = new Thread(() -> {
            try {
                while (true) {
                    subscriber.reply();
                }
            } catch (IOException e) {
                // closed, or nothing has come for seconds
            }
        });
        reader.setDaemon(true);
        return reader;
    }

    private static long sent(RedisProcess node) {
        return ((String) node.command("CLUSTER", "INFO"))
                .lines()
                .filter(line -> line.startsWith("cluster_stats_messages_publish"))
                .filter(line -> line.contains("_sent:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
    }

    private static double micros(RedisProcess node) {
        Map<String, String> cpu = node.info("cpu");
        return 1e6 * (Double.parseDouble(cpu.get("used_cpu_user")) + Double.parseDouble(cpu.get("used_cpu_sys")));
    }
}
