package io.apicache.examples.http;

import org.junit.jupiter.api.Nested;

/** The filter by real requests, on each store. */
class HttpServerFilterTest {

    @Nested
    class KeysOnMemory extends KeysContract implements Backend.Memory {}

    @Nested
    class KeysOnRedis extends KeysContract implements Backend.Redis {}

    @Nested
    class DuplicatesOnMemory extends DuplicatesContract implements Backend.Memory {}

    @Nested
    class DuplicatesOnRedis extends DuplicatesContract implements Backend.Redis {}

    @Nested
    class ResponsesOnMemory extends ResponsesContract implements Backend.Memory {}

    @Nested
    class ResponsesOnRedis extends ResponsesContract implements Backend.Redis {}
}
