package io.apicache.examples;

import java.net.URI;
import java.util.List;

/** The servers that a replay is sent to. */
interface Servers extends AutoCloseable {

    /** {@return those that work} */
    List<URI> working();

    /** {@return one that dies over everything it is given} */
    URI dying();

    /** Ends them, and comes back when the last word of their journals is counted. */
    @Override
    void close();
}
