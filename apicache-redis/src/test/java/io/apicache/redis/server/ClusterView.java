package io.apicache.redis.server;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What one node of a cluster believes, from its {@code CLUSTER NODES}. */
record ClusterView(List<Member> members) {

    /** One line: a node, its flags, the id of its master or {@code -}, and the slots that it serves. */
    record Member(String id, int port, List<String> flags, String masterId, List<Slots> slots) {

        boolean isMaster() {
            return flags.contains("master");
        }

        boolean isWell() {
            return flags.stream().noneMatch(flag -> flag.startsWith("fail") || flag.equals("handshake"));
        }

        boolean serves(int slot) {
            return slots.stream().anyMatch(range -> range.first() <= slot && slot <= range.last());
        }
    }

    /** Both ends belong to it. */
    record Slots(int first, int last) {}

    static ClusterView of(RedisServer node) {
        List<Member> members = new ArrayList<>();
        for (String line : ((String) node.command("CLUSTER", "NODES")).split("\n", -1)) {
            if (!line.isBlank()) {
                members.add(parse(line.split(" ", -1)));
            }
        }
        return new ClusterView(members);
    }

    /** Who serves the slot, or {@code null}. */
    Member masterOf(int slot) {
        return members.stream()
                .filter(member -> member.isMaster() && member.serves(slot))
                .findFirst()
                .orElse(null);
    }

    Member member(int port) {
        return members.stream()
                .filter(member -> member.port() == port)
                .findFirst()
                .orElse(null);
    }

    /** Equal for two nodes that agree about roles and slots. */
    String outline() {
        TreeSet<String> lines = new TreeSet<>();
        for (Member member : members) {
            lines.add(member.port() + " " + member.isMaster() + " " + member.masterId() + " " + member.slots());
        }
        return String.join("\n", lines);
    }

    private static Member parse(String[] words) {
        String address = words[1].substring(0, words[1].indexOf('@'));
        List<Slots> slots = new ArrayList<>();
        for (int i = 8; i < words.length; i++) {
            // A slot on the move stands in brackets.
            if (!words[i].startsWith("[")) {
                String[] ends = words[i].split("-", -1);
                slots.add(new Slots(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
            }
        }
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        return new Member(words[0], port, List.of(words[2].split(",", -1)), words[3], slots);
    }
}
