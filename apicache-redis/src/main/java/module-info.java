/** A store in Redis, through Lettuce. */
module io.apicache.redis {
    requires transitive io.apicache;
    requires transitive lettuce.core;
    // Lettuce has no descriptor that could ask for these: on a strict module path nobody else would.
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.resolver.dns;
    requires io.netty.transport;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.apicache.redis;
}
