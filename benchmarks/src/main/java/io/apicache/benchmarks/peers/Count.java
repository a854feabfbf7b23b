package io.apicache.benchmarks.peers;

/**
 * What clients have sent.
 *
 * @param scenario its name
 * @param peer who did it
 * @param commands in all, what happens in the background included
 * @param operations how many answers they were for
 */
record Count(String scenario, Peers peer, long commands, int operations) {}
