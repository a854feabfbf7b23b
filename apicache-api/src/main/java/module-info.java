/** The door, the engine behind it, and what a store must provide. Needs nothing but the JDK at run time. */
module io.apicache {
    requires static org.jspecify;

    exports io.apicache;
    exports io.apicache.spi;
}
