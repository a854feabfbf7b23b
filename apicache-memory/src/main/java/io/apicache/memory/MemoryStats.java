package io.apicache.memory;

/**
 * What a {@link MemoryStore} holds and has done. Counts since it was created; taken while others go on, so they need not add up exactly.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param pending claims that are held now
 * @param responses responses that are retained now
 * @param weight their weight; equal to their number unless a weigher was given
 * @param replays how often a response was handed out
 * @param granted how often a claim was granted
 * @param takenOver how many of those were taken from an owner that had lapsed
 * @param expired how many records ended by themselves
 * @param evicted how many responses had to go before their time
 * @param refused how many claims were refused since the store was full
 */
public record MemoryStats(
        long pending,
        long responses,
        long weight,
        long replays,
        long granted,
        long takenOver,
        long expired,
        long evicted,
        long refused) {}
