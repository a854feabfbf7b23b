package io.apicache.examples.http;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A request to be sent, more than once perhaps. */
record Call(String path, String token, List<Header> headers, String body) {

    /** Longer than anything takes: who gives up earlier does so on purpose. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    static Call pay(String body) {
        return to("/payments", body);
    }

    static Call to(String path, String body) {
        return new Call(path, DemoServer.ACME, List.of(), body);
    }

    /** With the key in quotes. */
    Call key(String key) {
        return with(KeyHeader.NAME, '"' + key + '"');
    }

    Call simulating(String what) {
        return with(PaymentHandler.SIMULATE, what);
    }

    Call with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new Call(path, token, more, body);
    }

    Call by(String otherToken) {
        return new Call(path, otherToken, headers, body);
    }

    HttpRequest to(DemoServer server) {
        URI uri = server.uri(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("Authorization", token)
                .POST(BodyPublishers.ofString(body));
        headers.forEach(header -> request.header(header.name(), header.value()));
        return request.build();
    }
}
