package io.apicache.benchmarks;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.openjdk.jol.info.GraphLayout;
import org.openjdk.jol.vm.VM;

/** What objects take of the heap, with everything that can be reached from them, counted object by object. */
final class Heap {

    private static final int MOST_LOOKS = 4;

    static {
        // The first look says on the console that more could be known with an agent; sizes do not need it.
        PrintStream console = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            VM.current();
        } finally {
            System.setOut(console);
        }
    }

    private Heap() {}

    /** {@return bytes, as soon as two looks see the same, or else after some: what was begun in the background is over then} */
    static long of(Object... roots) {
        long before = -1;
        for (int look = 0; look < MOST_LOOKS; look++) {
            long now = GraphLayout.parseInstance(roots).totalSize();
            if (now == before) {
                return now;
            }
            before = now;
        }
        return before;
    }

    static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }
}
