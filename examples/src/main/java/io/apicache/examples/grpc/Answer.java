package io.apicache.examples.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.ByteArrayInputStream;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is kept of a call: the message, or a status that is an answer too. The arrays are nobody's to change.
 *
 * @param code the number of the status, which the protocol fixes
 * @param description of the status, or empty
 * @param message its bytes; none unless the status is OK
 * @param trailers those of {@link #KEPT} that the handler sent
 */
@SuppressWarnings("ArrayRecordComponent") // it is read and sent, never compared
record Answer(int code, String description, byte[] message, Map<String, byte[]> trailers) {

    /** The details of a status. A trailer of your own that belongs to the answer, and not to one exchange, goes here. */
    static final List<Metadata.Key<byte[]>> KEPT =
            List.of(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER));

    static final Metadata.Key<String> REPLAYED =
            Metadata.Key.of("idempotent-replayed", Metadata.ASCII_STRING_MARSHALLER);

    // snippet grpc-answers
    private static final Set<Code> ANSWERS = EnumSet.of(
            Code.OK,
            Code.INVALID_ARGUMENT,
            Code.NOT_FOUND,
            Code.ALREADY_EXISTS,
            Code.FAILED_PRECONDITION,
            Code.OUT_OF_RANGE);
    // end

    static boolean isAnswer(Status status) {
        return ANSWERS.contains(status.getCode());
    }

    static Answer of(Status status, byte[] message, Metadata trailers) {
        Map<String, byte[]> kept = new HashMap<>();
        for (Metadata.Key<byte[]> name : KEPT) {
            byte[] value = trailers.get(name);
            if (value != null) {
                kept.put(name.name(), value);
            }
        }
        String description = status.getDescription();
        return new Answer(status.getCode().value(), description == null ? "" : description, message, kept);
    }

    /** Ends the call with this answer, the first time in the same way as in every replay but for the mark. */
    <S> void sendTo(ServerCall<?, S> call, boolean replayed) {
        Metadata sent = new Metadata();
        for (Metadata.Key<byte[]> name : KEPT) {
            byte[] value = trailers.get(name.name());
            if (value != null) {
                sent.put(name, value);
            }
        }
        if (replayed) {
            sent.put(REPLAYED, "true");
        }
        if (code == Code.OK.value()) {
            call.sendHeaders(new Metadata());
            call.sendMessage(call.getMethodDescriptor().parseResponse(new ByteArrayInputStream(message)));
        }
        Status status = Status.fromCodeValue(code);
        call.close(description.isEmpty() ? status : status.withDescription(description), sent);
    }
}
