/**
 * Records in Redis: {@link io.apicache.redis.RedisStore}.
 *
 * <p>How it is put together: {@code Asking} claims and joins, {@code Moves} does the rest, both over {@code Link}; {@code Inbox} is
 * told of changes. {@code StoredRecord} knows the bytes, {@code KeyLayout} the names, and the {@code .lua} files beside the classes
 * what happens in the server.
 */
@NullMarked
package io.apicache.redis;

import org.jspecify.annotations.NullMarked;
