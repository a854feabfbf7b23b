package io.apicache.benchmarks.peers;

/**
 * What a peer did not do, or not so that it can be compared.
 *
 * @param scenario its name
 * @param peer who did not do it
 * @param when in which round, or before or after all of them
 * @param reason what was seen
 * @param givenUp whether the peer was not asked again
 */
record Failure(String scenario, Peers peer, String when, String reason, boolean givenUp) {}
