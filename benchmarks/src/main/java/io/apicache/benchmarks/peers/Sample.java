package io.apicache.benchmarks.peers;

/**
 * One scenario, done once by one peer.
 *
 * @param scenario its name
 * @param peer who did it
 * @param round when
 * @param p50Micros half of the answers came within this time
 * @param p99Micros 99 of 100 did; unknown of fewer
 * @param lastMicros all did
 * @param answersPerSecond of all processes together; zero where calls are made one after the other, or wait on purpose
 * @param bytes to and from the server, for each answer, without those of asking for them
 * @param serverCpuMicros for each answer, without what an idle server takes
 */
record Sample(
        String scenario,
        Peers peer,
        int round,
        double p50Micros,
        double p99Micros,
        double lastMicros,
        double answersPerSecond,
        double bytes,
        double serverCpuMicros) {

    /** {@return the middle time in leases, which is what a takeover depends on} */
    double leases() {
        return p50Micros * 1e3 / Peer.LEASE.toNanos();
    }
}
