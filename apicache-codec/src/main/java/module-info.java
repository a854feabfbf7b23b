/** Responses as bytes: Kryo, zstd and encryption in a checked envelope, for every store that keeps bytes. */
module io.apicache.codec {
    requires transitive io.apicache;
    requires transitive com.esotericsoftware.kryo;
    requires com.github.luben.zstd_jni;
    // Kryo has no descriptor that could ask for them: on a strict module path nobody else would.
    requires java.sql;
    requires jdk.unsupported;
    requires static org.jspecify;

    exports io.apicache.codec;
}
