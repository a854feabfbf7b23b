package io.apicache.redis.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A master with replicas, watched by three sentinels that make a replica the master when it dies. */
public final class RedisSentinel implements AutoCloseable {

    /** How the sentinels name the master. */
    public static final String MASTER_NAME = "cache";

    private static final Duration LIMIT = Duration.ofMinutes(4);
    /** How long a master may be silent before it counts as dead: a machine that stands still for a moment is no reason. */
    private static final String PATIENT_MILLIS = "30000";

    /** The same, once it is dead. */
    private static final String HASTY_MILLIS = "1000";

    private static final int SENTINELS = 3;

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final List<RedisProcess> sentinels = new ArrayList<>();

    private RedisSentinel() {}

    /** Returns when the sentinels know one another and could carry out a failover. */
    public static RedisSentinel start(int replicas, String... arguments) {
        RedisSentinel group = new RedisSentinel();
        try {
            group.startNodes(replicas, arguments);
            group.startSentinels();
            group.awaitSettled();
            return group;
        } catch (RuntimeException e) {
            group.close();
            throw e;
        }
    }

    /** The master by the word of the sentinels, alive or not. */
    public RedisProcess master() {
        int port = masterPort(sentinels.get(0));
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }

    /** Master and replicas, dead ones too: the first master comes first. */
    public List<RedisProcess> nodes() {
        return List.copyOf(nodes);
    }

    public List<RedisProcess> sentinels() {
        return List.copyOf(sentinels);
    }

    /** The address of all sentinels, as Lettuce understands it. */
    public String uri() {
        String hosts = sentinels.stream()
                .map(sentinel -> sentinel.host() + ":" + sentinel.port())
                .collect(Collectors.joining(","));
        return "redis-sentinel://" + hosts + "#" + MASTER_NAME;
    }

    /**
     * Kills the master and returns it, at once: {@link #awaitSettled()} returns when a replica has taken over,
     * {@link #revive(RedisProcess)} brings the dead one back.
     */
    public RedisProcess killMaster() {
        RedisProcess master = master();
        master.kill();
        downAfter(HASTY_MILLIS);
        return master;
    }

    /** Restarts a dead node as a replica of the master of today, for which the sentinels would take ten seconds. */
    public void revive(RedisProcess dead) {
        RedisProcess master = master();
        dead.restart();
        dead.command("REPLICAOF", master.host(), "" + master.port());
        awaitSettled();
    }

    /** Returns when the sentinels agree on a living master, and all other living nodes are its replicas. */
    public void awaitSettled() {
        Await.until(() -> "master and sentinels are settled:\n" + this, LIMIT, this::isSettled);
        downAfter(PATIENT_MILLIS);
    }

    private void downAfter(String millis) {
        living(sentinels)
                .forEach(sentinel ->
                        sentinel.command("SENTINEL", "SET", MASTER_NAME, "down-after-milliseconds", millis));
    }

    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        nodes.forEach(RedisProcess::close);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        living(sentinels)
                .forEach(node -> text.append(node.command("SENTINEL", "MASTER", MASTER_NAME))
                        .append('\n'));
        living(nodes).forEach(node -> text.append(node.info("replication")).append('\n'));
        return text.toString();
    }

    private void startNodes(int replicas, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--repl-diskless-sync-delay", "0"));
        all.addAll(List.of(arguments));
        RedisProcess master = RedisProcess.start(all.toArray(String[]::new));
        nodes.add(master);
        all.addAll(List.of("--replicaof", master.host(), "" + master.port()));
        for (int i = 0; i < replicas; i++) {
            nodes.add(RedisProcess.start(all.toArray(String[]::new)));
        }
        // A sentinel asks a master for its replicas once, and again only after ten seconds.
        Await.until(() -> "replicas are in step:\n" + this, LIMIT, () -> areReplicasOf(master.port()));
    }

    private void startSentinels() {
        String configuration = String.join(
                "\n",
                "sentinel monitor " + MASTER_NAME + " 127.0.0.1 " + nodes.get(0).port() + " 2",
                "sentinel down-after-milliseconds " + MASTER_NAME + " " + PATIENT_MILLIS,
                "sentinel failover-timeout " + MASTER_NAME + " 3000",
                "");
        for (int i = 0; i < SENTINELS; i++) {
            sentinels.add(RedisProcess.start(
                    new Launch(RedisServers.executable(), List.of("--sentinel"), configuration, null)));
        }
    }

    private boolean isSettled() {
        int port = masterPort(living(sentinels).get(0));
        boolean agreed = living(sentinels).stream().allMatch(sentinel -> masterPort(sentinel) == port);
        boolean alive = living(nodes).stream().anyMatch(node -> node.port() == port);
        return agreed && alive && living(sentinels).stream().allMatch(this::knowsAll) && areReplicasOf(port);
    }

    private boolean knowsAll(RedisProcess sentinel) {
        Map<String, String> master = pairs(sentinel.command("SENTINEL", "MASTER", MASTER_NAME));
        return master.get("flags").equals("master")
                && master.get("num-other-sentinels").equals("" + (SENTINELS - 1))
                && master.get("num-slaves").equals("" + (nodes.size() - 1));
    }

    private boolean areReplicasOf(int masterPort) {
        return living(nodes).stream().allMatch(node -> {
            Map<String, String> state = node.info("replication");
            if (node.port() == masterPort) {
                return state.get("role").equals("master");
            }
            return state.get("role").equals("slave")
                    && state.get("master_port").equals("" + masterPort)
                    && state.get("master_link_status").equals("up");
        });
    }

    private static int masterPort(RedisProcess sentinel) {
        List<?> address = (List<?>) sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME);
        return Integer.parseInt((String) address.get(1));
    }

    private static Map<String, String> pairs(Object reply) {
        List<?> words = (List<?>) reply;
        return IntStream.range(0, words.size() / 2)
                .boxed()
                .collect(Collectors.toMap(i -> (String) words.get(2 * i), i -> (String) words.get(2 * i + 1)));
    }

    private static List<RedisProcess> living(List<RedisProcess> processes) {
        return processes.stream().filter(RedisProcess::isAlive).toList();
    }
}
