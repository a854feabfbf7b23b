package io.apicache.examples;

import io.apicache.examples.http.StoredResponse;
import io.apicache.spi.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An instance of the service in a JVM of its own, the other end of {@link ServerProcess}. */
final class ServerMain {

    private ServerMain() {}

    /**
     * Runs a server until standard input ends. Its first line is its address, or why there is none; each further line is an event.
     *
     * @param arguments a namespace, {@code works} or {@code dies}, and arguments as of {@link Handler}
     */
    public static void main(String[] arguments) throws IOException {
        CommandLine.keepLibrariesQuiet();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        boolean dies = arguments[1].equals("dies");
        Arguments parsed = Arguments.parse(Arrays.copyOfRange(arguments, 2, arguments.length));
        try (Store<StoredResponse> store = Instance.open(parsed);
                Instance instance =
                        new Instance(Instance.cache(store, arguments[0], parsed, dies), new ToldJournal(out), dies)) {
            out.println(instance.payments());
            while (System.in.read() >= 0) {} // it ends when the parent closes it, and when the parent is no more
        } catch (IllegalArgumentException e) {
            out.println(String.valueOf(e.getMessage()).replaceAll("\\R", " "));
        }
        System.exit(0);
    }

    /** Tells events line by line before anything else happens: what was done is known even if this JVM is killed. */
    private static final class ToldJournal implements Journal {

        private final PrintStream out;

        ToldJournal(PrintStream out) {
            this.out = out;
        }

        @Override
        public synchronized void write(Event event, String detail) {
            out.println(event + " " + detail);
            if (event == Event.DIED) {
                Runtime.getRuntime().halt(1); // as when it is killed: nothing is released, closed or answered
            }
        }
    }
}
