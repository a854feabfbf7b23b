package io.apicache.examples.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a handler is given instead of the exchange: the request as it is, with its body read before, and a response that goes nowhere. */
final class BufferedExchange extends HttpExchange {

    private static final int NOT_SENT = -1;

    private final HttpExchange exchange;
    private final Work work;
    private final Headers headers = new Headers();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private InputStream in;
    private OutputStream out = body;
    private int status = NOT_SENT;
    private long promised;

    BufferedExchange(HttpExchange exchange, byte[] requestBody, Work work) {
        this.exchange = exchange;
        this.work = work;
        this.in = new ByteArrayInputStream(requestBody);
    }

    Work work() {
        return work;
    }

    /**
     * {@return what the handler answered}
     *
     * @throws IOException if that is not a complete response: a client of the server would have seen a broken one
     */
    StoredResponse response() throws IOException {
        out.flush();
        if (status == NOT_SENT) {
            throw new IOException("the handler sent no response");
        }
        if (promised != 0 && body.size() != Math.max(0, promised)) {
            throw new IOException("the handler announced " + promised + " bytes and wrote " + body.size());
        }
        headers.remove("Content-Length"); // the server counts again, and sends no chunks
        headers.remove("Transfer-Encoding");
        List<Header> fields = new ArrayList<>();
        headers.forEach((name, values) -> values.forEach(value -> fields.add(new Header(name, value))));
        return new StoredResponse(status, fields, body.toByteArray());
    }

    /** The server's own meaning of the length: 0 is not known before, -1 is none. */
    @Override
    public void sendResponseHeaders(int code, long length) throws IOException {
        if (status != NOT_SENT) {
            throw new IOException("headers already sent");
        }
        status = code;
        promised = length;
    }

    @Override
    public Headers getResponseHeaders() {
        return headers;
    }

    @Override
    public InputStream getRequestBody() {
        return in;
    }

    @Override
    public OutputStream getResponseBody() {
        return out;
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public void setStreams(@Nullable InputStream input, @Nullable OutputStream output) {
        in = input == null ? in : input;
        out = output == null ? out : output;
    }

    /** Does nothing: the connection is the filter's. */
    @Override
    public void close() {}

    // ---- as they are

    @Override
    public Headers getRequestHeaders() {
        return exchange.getRequestHeaders();
    }

    @Override
    public URI getRequestURI() {
        return exchange.getRequestURI();
    }

    @Override
    public String getRequestMethod() {
        return exchange.getRequestMethod();
    }

    @Override
    public HttpContext getHttpContext() {
        return exchange.getHttpContext();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return exchange.getRemoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return exchange.getLocalAddress();
    }

    @Override
    public String getProtocol() {
        return exchange.getProtocol();
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return exchange.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        exchange.setAttribute(name, value);
    }

    @Override
    public @Nullable HttpPrincipal getPrincipal() {
        return exchange.getPrincipal();
    }
}
