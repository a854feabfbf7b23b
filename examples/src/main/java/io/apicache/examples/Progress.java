package io.apicache.examples;

import java.io.Console;
import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows how far a replay is: one line that changes on a terminal, a line each second elsewhere. */
final class Progress implements AutoCloseable {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final boolean terminal = isTerminal();
    private final PrintStream out;
    private final Tally tally;
    private final int total;

    Progress(PrintStream out, Tally tally, int total) {
        this.out = out;
        this.tally = tally;
        this.total = total;
        int period = terminal ? 200 : 1_000;
        var unused = timer.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings("SystemConsoleNull") // null is the answer before JDK 22, isTerminal since
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    private void show() {
        String line = String.format(
                "%,d of %,d answered, %,d executed, %,d replayed, %,d waits, %,d takeovers",
                tally.answered.get(),
                total,
                tally.executions.get(),
                tally.replays.get(),
                tally.waitNanos.size(),
                tally.takeovers.get());
        out.print(terminal ? "\r" + line : line + System.lineSeparator());
        out.flush();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        show();
    }
}
