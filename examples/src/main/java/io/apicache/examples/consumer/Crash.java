package io.apicache.examples.consumer;

/** The process ends here. An error, so that nothing on its way takes it for work that failed. */
final class Crash extends Error {

    private static final long serialVersionUID = 1L;

    Crash(Step step) {
        super("died before " + step);
    }
}
