/** A program on a strict module path: no class path, and only what the descriptors of the library bring along. */
module io.apicache.consumer {
    requires io.apicache.memory;
}
