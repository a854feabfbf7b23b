/** JMH benchmarks of the hot path, each beside its baseline in the same class, so that one run gives the ratio. */
@NullMarked
package io.apicache.benchmarks;

import org.jspecify.annotations.NullMarked;
