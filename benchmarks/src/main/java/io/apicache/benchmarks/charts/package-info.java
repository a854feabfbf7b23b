/** Pictures of what was measured. */
@NullMarked
package io.apicache.benchmarks.charts;

import org.jspecify.annotations.NullMarked;
