/**
 * A store in the memory of one process: for a service that runs once, for tests, and as the reference for what every other store
 * does. Several caches may share one {@link io.apicache.memory.MemoryStore}.
 */
@NullMarked
package io.apicache.memory;

import org.jspecify.annotations.NullMarked;
