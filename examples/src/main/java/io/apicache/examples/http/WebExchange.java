package io.apicache.examples.http;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request to a server, and what can be done with it: all that {@link IdempotencyFilter} needs to know of a server.
 *
 * <p><b>Thread-safety:</b> for the one thread that runs the filter.
 */
public interface WebExchange {

    /** {@return the method, as it was sent} */
    String method();

    /** {@return the decoded path, by which the server finds its handler} */
    String path();

    /** {@return path and query as they were sent} */
    String target();

    /**
     * {@return the values of a field of the request, one for each line; empty if there is none}
     *
     * @param name in any case
     */
    List<String> headers(String name);

    /**
     * Reads the whole body.
     *
     * @param limit the most bytes that are accepted
     * @return the body, or null if it is longer
     * @throws IOException if the client went away
     */
    byte @Nullable [] body(int limit) throws IOException;

    /**
     * Lets the handler answer the client directly, without protection. The last thing to be done with an exchange.
     *
     * @param hints fields that the response gets besides the handler's
     * @throws IOException what the handler threw
     */
    void proceed(List<Header> hints) throws IOException;

    /**
     * Runs the handler, and holds back what it answers.
     *
     * @param body what the handler reads
     * @param work what the handler may ask about its claim
     * @return the handler's response, complete
     * @throws Exception what the handler threw, or if it gave no complete response
     */
    StoredResponse run(byte[] body, Work work) throws Exception;

    /**
     * Answers the client.
     *
     * @param response the last thing to be done with an exchange
     * @throws IOException if the client went away
     */
    void send(StoredResponse response) throws IOException;

    /**
     * Is told of a failure that the client gets no details of.
     *
     * @param failure what the handler threw
     */
    void failed(Exception failure);
}
