/** A program on a strict module path: no class path, and only what the descriptors of the library bring along. */
module io.apicache.consumer {
    requires io.apicache.codec;
    requires io.apicache.memory;
    requires io.apicache.redis;

    exports io.apicache.consumer; // a response that Kryo makes: a public record in an exported package needs no more
}
