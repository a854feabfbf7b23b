/**
 * The door of the library. Read {@link io.apicache.ApiCache} first, then {@link io.apicache.Receipt} and its three cases; {@link
 * io.apicache.Request} and {@link io.apicache.Fingerprint} say what a request is.
 *
 * <p>Which thread runs what: blocking calls decode and encode on the calling thread, and park without holding a monitor, so a virtual
 * thread does not pin its carrier. Asynchronous calls encode on the calling thread; they decode and complete on the cache's executor unless
 * the answer is at hand. Listener and callback code never runs on a thread of the store. One timer thread serves
 * all claims and all waits of a cache.
 *
 * <p>Nothing here is null unless it says so. No message, log or {@code toString} shows a response, a token or a whole
 * request id.
 */
@NullMarked
package io.apicache;

import org.jspecify.annotations.NullMarked;
