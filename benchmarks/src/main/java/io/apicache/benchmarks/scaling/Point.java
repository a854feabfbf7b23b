package io.apicache.benchmarks.scaling;

/**
 * One measurement of {@link Saturation}.
 *
 * @param operation what was called
 * @param processes how many JVMs called
 * @param callers how many threads in each of them
 * @param round when
 * @param callsPerSecond in all
 * @param p50Micros of one call, the median of the processes
 * @param p99Micros of one call, the greatest of the processes
 * @param serverMicros processor time of the server for one call
 * @param clientMicros processor time of the process for one call
 * @param serverBusy how much of one processor the server had
 * @param bytes to and from the server, for one call
 */
record Point(
        Operation operation,
        int processes,
        int callers,
        int round,
        double callsPerSecond,
        double p50Micros,
        double p99Micros,
        double serverMicros,
        double clientMicros,
        double serverBusy,
        double bytes) {

    /** {@return what was done, the same in each round} */
    String what() {
        return "| " + operation.title() + " | " + processes + " | " + callers + " |";
    }
}
