package io.apicache.examples.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Messages as text in UTF-8, so that no code need be generated. */
final class Text implements Marshaller<String> {

    @Override
    public InputStream stream(String message) {
        return new ByteArrayInputStream(message.getBytes(UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
        return new String(Bytes.read(stream), UTF_8);
    }
}
