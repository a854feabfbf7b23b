package io.apicache.redis.server;

/** What befalls one request, or the reply to it. */
public sealed interface Fault {

    /** The server never sees the request; the connection stays open. */
    static Fault loseRequest() {
        return new LoseRequest();
    }

    /** The server never sees the request, because the connection is cut before. */
    static Fault cutBeforeRequest(Cut how) {
        return new CutBeforeRequest(how);
    }

    /** The server has done what was asked, and its reply is lost; the connection stays open. */
    static Fault loseReply() {
        return new LoseReply();
    }

    /** The server has done what was asked; the connection is cut after so many bytes of its reply. */
    static Fault cutReply(int afterBytes, Cut how) {
        return new CutReply(afterBytes, how);
    }

    /** Runs something, such as the killing of the server, before the request goes on. */
    static Fault run(Runnable action) {
        return new Run(action);
    }

    record LoseRequest() implements Fault {}

    record CutBeforeRequest(Cut how) implements Fault {}

    record LoseReply() implements Fault {}

    record CutReply(int afterBytes, Cut how) implements Fault {}

    record Run(Runnable action) implements Fault {}
}
