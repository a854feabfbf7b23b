package io.apicache.redis.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.SocketFactory;

/**
 * One connection to Redis that speaks RESP2 over a plain socket, so that fixtures do not lean on the client under test.
 *
 * <p>A byte is a {@code char}: strings hold what {@code ISO_8859_1} makes of the bytes, which loses nothing. A reply is
 * a {@link String}, a {@link Long}, {@code null}, or a {@link List} of these; an error inside a list is a
 * {@link RedisError}.
 */
public final class RespConnection implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;

    RespConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static RespConnection open(SocketFactory factory, String host, int port, Duration timeout) throws IOException {
        Socket socket = factory.createSocket();
        try {
            int millis = Math.toIntExact(timeout.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis);
            socket.connect(new InetSocketAddress(host, port), millis);
            return new RespConnection(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** The reply to one command; an error reply is thrown. */
    public Object command(String... words) throws IOException {
        send(words);
        return reply();
    }

    /** Sends without waiting for the reply. */
    public void send(String... words) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        line(bytes, "*" + words.length);
        for (String word : words) {
            byte[] encoded = word.getBytes(ISO_8859_1);
            line(bytes, "$" + encoded.length);
            bytes.writeBytes(encoded);
            line(bytes, "");
        }
        bytes.writeTo(socket.getOutputStream());
        socket.getOutputStream().flush();
    }

    /** The next reply; an error reply is thrown. */
    public Object reply() throws IOException {
        Object reply = read();
        if (reply instanceof RedisError error) {
            throw error;
        }
        return reply;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private Object read() throws IOException {
        String line = readLine();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> new RedisError(rest);
            case ':' -> Long.valueOf(rest);
            case '$' -> readBulk(Integer.parseInt(rest));
            case '*' -> readList(Integer.parseInt(rest));
            default -> throw new IOException("not RESP2: " + line);
        };
    }

    private String readBulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("connection closed inside a reply");
        }
        return new String(bytes, 0, length, ISO_8859_1);
    }

    private List<Object> readList(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            items.add(read());
        }
        return items;
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection closed by the server");
            }
            line.append((char) b);
        }
        if (in.read() != '\n' || line.isEmpty()) {
            throw new IOException("not RESP2: " + line);
        }
        return line.toString();
    }

    private static void line(ByteArrayOutputStream to, String text) {
        to.writeBytes((text + "\r\n").getBytes(ISO_8859_1));
    }
}
