package io.apicache.redis.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One connection of a client through the proxy, with a thread for each direction. */
final class ProxyLink {

    private static final int BUFFER = 16_384;

    private final TcpProxy proxy;
    private final Socket client;
    private final Socket server;

    private final RespScanner requestScanner = new RespScanner();
    private final ByteArrayOutputStream request = new ByteArrayOutputStream();
    private long requests;

    private final RespScanner replyScanner = new RespScanner();
    private long replies;
    private Fault replyFault;
    private int replyBytes;

    /** By the number of the reply on this connection; written before its request goes on. */
    private final Map<Long, Fault> replyFaults = new ConcurrentHashMap<>();

    ProxyLink(TcpProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
    }

    void pumpRequests() {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = client.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                proxy.requests().hold(server);
                // After a cut in good order, what the client still sends goes nowhere.
                for (int at = 0; at < n && !isCut(); ) {
                    at = takeRequest(buffer, at, n);
                }
            }
            proxy.requests().holdEnd(server);
            server.shutdownOutput();
        } catch (IOException e) {
            cut(Cut.RST);
        } catch (InterruptedException e) {
            close();
        } catch (RuntimeException e) {
            cut(Cut.RST);
            throw e;
        }
    }

    void pumpReplies() {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = server.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                proxy.replies().hold(server);
                for (int at = 0; at < n && !isCut(); ) {
                    at = takeReply(buffer, at, n);
                }
            }
            proxy.replies().holdEnd(server);
            cut(Cut.FIN);
        } catch (IOException e) {
            cut(Cut.RST);
        } catch (InterruptedException e) {
            close();
        }
    }

    /** Ends the connection for the client as told, and for the server anyhow; what comes later changes nothing. */
    synchronized void cut(Cut how) {
        if (isCut()) {
            return;
        }
        try (server) {
            if (how == Cut.RST) {
                client.setSoLinger(true, 0);
                client.close();
            } else {
                // Closing at once would reset the connection if the client has sent more by then.
                client.shutdownOutput();
            }
        } catch (IOException e) {
            close();
        }
    }

    boolean isCut() {
        return server.isClosed();
    }

    void close() {
        try (client;
                server) {
            // Closes both, whatever happens.
        } catch (IOException e) {
            // Then it is gone already.
        }
    }

    private int takeRequest(byte[] buffer, int from, int to) throws IOException {
        int end = requestScanner.advance(buffer, from, to);
        request.write(buffer, from, end - from);
        if (requestScanner.isAtStart()) {
            byte[] whole = request.toByteArray();
            request.reset();
            pass(whole);
        }
        return end;
    }

    /** A request goes on when it is complete, so that it can be lost as a whole. */
    private void pass(byte[] whole) throws IOException {
        Fault fault = proxy.faultFor(new String(whole, ISO_8859_1));
        if (fault instanceof Fault.LoseRequest) {
            return;
        }
        if (fault instanceof Fault.CutBeforeRequest before) {
            cut(before.how());
            return;
        }
        if (fault instanceof Fault.Run run) {
            run.action().run();
        }
        Flow.Share share = proxy.requests().share(whole.length);
        if (share.bytes() == whole.length) {
            if (fault instanceof Fault.LoseReply || fault instanceof Fault.CutReply) {
                replyFaults.put(requests, fault);
            }
            requests++;
        }
        write(share, whole, 0, server.getOutputStream());
    }

    private int takeReply(byte[] buffer, int from, int to) throws IOException {
        if (replyScanner.isAtStart()) {
            replyFault = buffer[from] == '>' ? null : nextReply();
            replyBytes = 0;
        }
        int end = replyScanner.advance(buffer, from, to);
        OutputStream out = client.getOutputStream();
        if (replyFault == null) {
            write(proxy.replies().share(end - from), buffer, from, out);
        } else if (replyFault instanceof Fault.CutReply fault) {
            int allowed = Math.min(fault.afterBytes() - replyBytes, end - from);
            replyBytes += allowed;
            write(proxy.replies().share(allowed), buffer, from, out);
            if (replyBytes == fault.afterBytes() || replyScanner.isAtStart()) {
                cut(fault.how());
            }
        }
        return end;
    }

    /** A push message of RESP3 answers nothing, and is not asked about. */
    private Fault nextReply() {
        Fault fault = replyFaults.remove(replies);
        replies++;
        return proxy.isReplyToDrop() ? Fault.loseReply() : fault;
    }

    private void write(Flow.Share share, byte[] bytes, int from, OutputStream out) throws IOException {
        if (share.bytes() > 0) {
            out.write(bytes, from, share.bytes());
        }
        if (share.cut() != null) {
            cut(share.cut());
        }
    }
}
