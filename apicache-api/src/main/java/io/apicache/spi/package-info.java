/**
 * What a store provides and what it is told: for those who write one. Callers of the library need only {@link
 * io.apicache.spi.Store} to name the one they use.
 *
 * <p>To write a store, implement {@link io.apicache.spi.Store}, read its rules, and extend {@code io.apicache.tck.StoreContract} and
 * {@code io.apicache.tck.ApiCacheContract} from the test-jar of this module. This package imports nothing else of the library; a
 * store reports what went wrong with the exceptions of {@code io.apicache}.
 *
 * <p>The interface is asynchronous only. A store that answers at once returns a completed stage, and nothing is handed to another
 * thread on the way.
 */
@NullMarked
package io.apicache.spi;

import org.jspecify.annotations.NullMarked;
