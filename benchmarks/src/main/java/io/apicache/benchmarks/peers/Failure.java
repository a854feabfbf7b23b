package io.apicache.benchmarks.peers;

/**
 * What was too much for a peer.
 *
 * @param scenario its name
 * @param peer who did not do it
 * @param reason what was seen
 */
record Failure(String scenario, Peers peer, String reason) {}
