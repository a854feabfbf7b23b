/** The same job, one answer per request in a cluster, done with what people use for it today, in real processes. */
@NullMarked
package io.apicache.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
