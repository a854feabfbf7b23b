package io.apicache.redis.server;

import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** A Redis Cluster of processes on this host: masters that share all slots, each with replicas. */
public final class RedisCluster implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(4);
    /** How long a node may be silent before another one takes its place: a machine that stands still for a moment is no reason. */
    private static final String PATIENT_MILLIS = "10000";

    /** The same, once a master is dead. */
    private static final String HASTY_MILLIS = "1000";

    private static final int SLOTS = SlotHash.SLOT_COUNT;
    private static final int MIGRATED_AT_ONCE = 100;

    private final List<RedisProcess> nodes = new ArrayList<>();

    private boolean hasty;

    private RedisCluster() {}

    /** Returns when every node reports the cluster as well and every replica has its data. */
    public static RedisCluster start(int masters, int replicasEach, String... arguments) {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.startNodes(masters + masters * replicasEach, arguments);
            cluster.assignSlots(masters);
            cluster.introduce();
            cluster.attachReplicas(masters);
            cluster.awaitSettled();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** All nodes, dead ones too: the first masters come first. */
    public List<RedisProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** Those who are masters now and alive. */
    public List<RedisProcess> masters() {
        ClusterView view = view();
        return living().stream()
                .filter(node -> {
                    ClusterView.Member member = view.member(node.port());
                    return member != null && member.isMaster();
                })
                .toList();
    }

    /** The replicas of the master of this slot that are alive. */
    public List<RedisProcess> replicasOf(int slot) {
        ClusterView view = view();
        String master = view.masterOf(slot).id();
        return living().stream()
                .filter(node -> {
                    ClusterView.Member member = view.member(node.port());
                    return member != null && member.masterId().equals(master);
                })
                .toList();
    }

    public RedisProcess masterOf(int slot) {
        return at(view().masterOf(slot).port());
    }

    public RedisProcess masterOf(String key) {
        return masterOf(slotOf(key));
    }

    public static int slotOf(String key) {
        return SlotHash.getSlot(key);
    }

    /** The address of the first living node. */
    public String uri() {
        return living().get(0).uri();
    }

    public List<String> uris() {
        return nodes.stream().map(RedisProcess::uri).toList();
    }

    /** Lets a replica take over in good order, while the master lives; returns the new master when all know it. */
    public RedisProcess failover(String key) {
        return failover(slotOf(key));
    }

    /** As above, for a slot. */
    public RedisProcess failover(int slot) {
        RedisProcess replica = replicasOf(slot).get(0);
        replica.command("CLUSTER", "FAILOVER");
        Await.until(
                "the replica is master",
                LIMIT,
                () -> replica.info("replication").get("role").equals("master"));
        awaitSettled();
        return replica;
    }

    /**
     * Kills the master that serves the key and returns it, at once: {@link #awaitSettled()} returns when a replica has
     * taken over, {@link RedisProcess#restart()} brings the dead one back.
     */
    public RedisProcess killMaster(String key) {
        RedisProcess master = masterOf(key);
        master.kill();
        hasty = true;
        nodeTimeout(HASTY_MILLIS);
        return master;
    }

    private void nodeTimeout(String millis) {
        living().forEach(node -> node.command("CONFIG", "SET", "cluster-node-timeout", millis));
    }

    /** Gives a slot with all its keys to another master. */
    public void moveSlot(int slot, RedisProcess from, RedisProcess to) {
        startMove(slot, from, to);
        endMove(slot, from, to);
    }

    /** From here on, clients meet {@code ASK} for keys of the slot that {@code from} does not have. */
    public void startMove(int slot, RedisProcess from, RedisProcess to) {
        to.command("CLUSTER", "SETSLOT", "" + slot, "IMPORTING", id(from));
        from.command("CLUSTER", "SETSLOT", "" + slot, "MIGRATING", id(to));
    }

    /** Moves the keys and the slot; from here on, clients meet {@code MOVED}. */
    public void endMove(int slot, RedisProcess from, RedisProcess to) {
        migrateKeys(slot, from, to);
        to.command("CLUSTER", "SETSLOT", "" + slot, "NODE", id(to));
        from.command("CLUSTER", "SETSLOT", "" + slot, "NODE", id(to));
        Await.until(
                "all know the new master",
                LIMIT,
                () -> living().stream()
                        .allMatch(node -> ClusterView.of(node).masterOf(slot).port() == to.port()));
        awaitSettled();
    }

    /** Every key of every living master that never expires. */
    public List<String> keysWithoutTtl() {
        return masters().stream()
                .flatMap(master -> master.keysWithoutTtl().stream())
                .toList();
    }

    /** Returns when the living nodes agree, serve all slots, and their replicas are in step. */
    public void awaitSettled() {
        Await.until(() -> "the cluster is settled:\n" + this, LIMIT, this::isSettled);
        if (hasty) {
            nodeTimeout(PATIENT_MILLIS);
            hasty = false;
        }
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (RedisProcess node : living()) {
            text.append(node.port()).append(' ').append(node.command("CLUSTER", "INFO"));
            text.append(node.command("CLUSTER", "NODES")).append('\n');
        }
        return text.toString();
    }

    private void startNodes(int count, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"));
        all.addAll(List.of("--cluster-node-timeout", PATIENT_MILLIS, "--repl-diskless-sync-delay", "0"));
        all.addAll(List.of("--cluster-replica-validity-factor", "0")); // however late, a replica takes over
        all.addAll(List.of(arguments));
        for (int i = 0; i < count; i++) {
            nodes.add(RedisProcess.start(all.toArray(String[]::new)));
        }
    }

    private void assignSlots(int masters) {
        for (int i = 0; i < nodes.size(); i++) {
            // Epochs of their own spare the nodes the settling of collisions.
            nodes.get(i).command("CLUSTER", "SET-CONFIG-EPOCH", "" + (i + 1));
        }
        for (int i = 0; i < masters; i++) {
            List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            IntStream.range(SLOTS * i / masters, SLOTS * (i + 1) / masters).forEach(slot -> words.add("" + slot));
            nodes.get(i).command(words.toArray(String[]::new));
        }
    }

    /** Everybody meets everybody, which is faster than waiting for the gossip. */
    private void introduce() {
        for (RedisProcess node : nodes) {
            for (RedisProcess other : nodes) {
                if (node.port() < other.port()) {
                    node.command("CLUSTER", "MEET", "127.0.0.1", "" + other.port());
                }
            }
        }
        Await.until(() -> "all have met:\n" + this, LIMIT, () -> nodes.stream().allMatch(this::hasMetAll));
    }

    private void attachReplicas(int masters) {
        for (int i = masters; i < nodes.size(); i++) {
            nodes.get(i).command("CLUSTER", "REPLICATE", id(nodes.get(i % masters)));
        }
    }

    private void migrateKeys(int slot, RedisProcess from, RedisProcess to) {
        while (true) {
            Object keys = from.command("CLUSTER", "GETKEYSINSLOT", "" + slot, "" + MIGRATED_AT_ONCE);
            List<String> words = new ArrayList<>(
                    List.of("MIGRATE", "127.0.0.1", "" + to.port(), "", "0", "" + LIMIT.toMillis(), "KEYS"));
            ((List<?>) keys).forEach(key -> words.add((String) key));
            if (((List<?>) keys).isEmpty()) {
                return;
            }
            from.command(words.toArray(String[]::new));
        }
    }

    private boolean hasMetAll(RedisProcess node) {
        List<ClusterView.Member> members = ClusterView.of(node).members();
        return members.size() == nodes.size() && members.stream().allMatch(ClusterView.Member::isWell);
    }

    private boolean isSettled() {
        Set<String> outlines = new HashSet<>();
        List<RedisProcess> living = living();
        for (RedisProcess node : living) {
            ClusterView view = ClusterView.of(node);
            outlines.add(view.outline());
            boolean allWell = living.stream()
                    .map(other -> view.member(other.port()))
                    .allMatch(member -> member != null && member.isWell());
            if (!allWell || outlines.size() > 1 || !isWell(node)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWell(RedisProcess node) {
        String state = (String) node.command("CLUSTER", "INFO");
        String link = node.info("replication").getOrDefault("master_link_status", "up");
        return state.contains("cluster_state:ok") && state.contains("cluster_slots_ok:" + SLOTS) && link.equals("up");
    }

    private ClusterView view() {
        return ClusterView.of(living().get(0));
    }

    private List<RedisProcess> living() {
        return nodes.stream().filter(RedisProcess::isAlive).toList();
    }

    private RedisProcess at(int port) {
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }

    private static String id(RedisProcess node) {
        return (String) node.command("CLUSTER", "MYID");
    }
}
