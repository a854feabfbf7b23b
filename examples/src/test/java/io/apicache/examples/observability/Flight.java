package io.apicache.examples.observability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A flight recording of all that a cache does, and what was found in it. */
final class Flight implements AutoCloseable {

    private final Recording recording = Observed.recording();
    private final String namespace;
    private final Path file;

    Flight(String namespace, Path directory) {
        this.namespace = namespace;
        this.file = directory.resolve(namespace + ".jfr");
        recording.start();
    }

    void enable(String event, String longerThan) {
        recording.enable(event).with("longerThan", longerThan);
    }

    /** Ends the recording. {@return where it is} */
    private Path landed() throws IOException {
        if (recording.getState() == RecordingState.RUNNING) {
            recording.stop();
            recording.dump(file);
        }
        return file;
    }

    /** Ends the recording. {@return what this namespace has written into it} */
    List<RecordedEvent> events() throws IOException {
        return RecordingFile.readAllEvents(landed()).stream()
                .filter(event -> event.hasField("namespace") && namespace.equals(event.getString("namespace")))
                .toList();
    }

    /** Ends the recording. {@return how often this namespace has written what} */
    SortedMap<String, Long> counts() throws IOException {
        return Counts.ofRecording(landed(), namespace);
    }

    /** Ends the recording. {@return every byte of it as a character: texts of plain letters are found in it} */
    String bytes() throws IOException {
        return Files.readString(landed(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        recording.close();
    }
}
