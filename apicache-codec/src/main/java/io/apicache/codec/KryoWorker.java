package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.Util;
import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import java.lang.reflect.InaccessibleObjectException;

/** A Kryo with its buffers, for one thread at a time. After an exception it is not used again: nobody knows what Kryo kept of it. */
final class KryoWorker {

    /** Buffers that have grown past this are not kept. */
    private static final int KEPT_BYTES = 1 << 20;

    private static final int FIRST_BYTES = 4096;

    private final Class<?> type;
    private final Kryo kryo;
    private final int maxBytes;
    private Output output;
    private BoundedInput input = new BoundedInput();

    KryoWorker(Class<?> type, Kryo kryo, int maxBytes) {
        this.type = type;
        this.kryo = kryo;
        this.maxBytes = maxBytes;
        this.output = newOutput();
    }

    /**
     * Encodes a response.
     *
     * @return its bytes behind a gap
     */
    byte[] write(Object response, int gap) {
        try {
            output.setPosition(gap);
            kryo.writeClassAndObject(output, response);
            int length = output.position() - gap;
            if (length > maxBytes) {
                throw tooLarge();
            }
            return output.toBytes();
        } catch (RuntimeException | StackOverflowError e) {
            rethrowIfTheJvmFails(e);
            throw refused(response, e);
        } finally {
            if (output.getBuffer().length > KEPT_BYTES) {
                output = newOutput();
            }
        }
    }

    /** {@return what stands from there to the end of the array} What is no response by its class is not read at all. */
    @SuppressWarnings("unchecked") // Kryo's registrations are raw
    Object read(byte[] record, int at) {
        try {
            input.setBuffer(record, at, record.length - at);
            Registration registration = kryo.readClass(input);
            if (registration == null || !type.isAssignableFrom(Util.getWrapperClass(registration.getType()))) {
                throw Envelope.corrupt("it holds another class than " + type.getName() + Envelope.OTHER_TYPE);
            }
            Object response = kryo.readObject(input, registration.getType(), registration.getSerializer());
            if (input.position() != record.length) {
                throw Envelope.corrupt((record.length - input.position()) + " bytes follow the response");
            }
            return response;
        } catch (CorruptRecordException e) {
            throw e;
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            rethrowIfTheJvmFails(e);
            throw Envelope.corrupt("Kryo does not understand it (" + names(e) + ")");
        } finally {
            input.forget();
            if (input.heldChars() > KEPT_BYTES / Character.BYTES) {
                input = new BoundedInput();
            }
        }
    }

    // Kryo wraps whatever is thrown. A heap that is full says nothing about the record.
    private static void rethrowIfTheJvmFails(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof VirtualMachineError error && !(cause instanceof StackOverflowError)) {
                throw error;
            }
        }
    }

    private Output newOutput() {
        return new Output(Math.min(FIRST_BYTES, maxBytes + Envelope.ROOM), maxBytes + Envelope.ROOM);
    }

    private ResponseTooLargeException tooLarge() {
        return new ResponseTooLargeException("The response takes more than " + maxBytes
                + " bytes, the codec's maxBytes, which can be given: KryoCodec.builder(type).maxBytes(bytes)");
    }

    private RuntimeException refused(Object response, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KryoBufferOverflowException) {
                return tooLarge();
            }
            if (cause instanceof RefusedException || cause instanceof ResponseTooLargeException) {
                return (RuntimeException) cause;
            }
        }
        return new IllegalArgumentException(
                "response: a " + response.getClass().getName() + " that Kryo cannot write (" + reason(failure)
                        + "). Remedy: " + remedy(failure),
                failure);
    }

    private static String remedy(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InaccessibleObjectException || cause instanceof IllegalAccessException) {
                return "open the package of the class to com.esotericsoftware.kryo";
            }
            if (cause instanceof StackOverflowError
                    || String.valueOf(cause.getMessage()).startsWith("Max depth")) {
                return "raise maxDepth, or call withReferences() if an object contains itself";
            }
        }
        return "use types that docs/codecs.md names, or give the class a serializer: register(id, type, serializer)";
    }

    // Kryo's own words are about classes and fields, and worth repeating. Other causes may speak of values.
    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof KryoException && failure.getCause() == null && message != null
                ? message
                : names(failure);
    }

    // Names only: a message may contain what was read.
    private static String names(Throwable failure) {
        StringBuilder names = new StringBuilder(failure.getClass().getSimpleName());
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            names.append(" <- ").append(cause.getClass().getSimpleName());
        }
        return names.toString();
    }
}
