/**
 * The {@code Idempotency-Key} request header of the IETF draft, for any HTTP server: the rules are in {@link
 * io.apicache.examples.http.IdempotencyFilter}, which knows a server only as a {@link io.apicache.examples.http.WebExchange}; {@link
 * io.apicache.examples.http.HttpServerFilter} brings them to the server of the JDK. {@link io.apicache.examples.http.HttpDemo} is the
 * program.
 */
@NullMarked
package io.apicache.examples.http;

import org.jspecify.annotations.NullMarked;
