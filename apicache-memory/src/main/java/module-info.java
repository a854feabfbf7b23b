/** A store in the memory of one process. */
module io.apicache.memory {
    requires transitive io.apicache;
    requires static org.jspecify;
    requires com.github.benmanes.caffeine;

    exports io.apicache.memory;
}
