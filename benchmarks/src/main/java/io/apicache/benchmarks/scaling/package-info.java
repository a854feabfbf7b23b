/** How many calls per second there can be, and what is in the way of more. */
@NullMarked
package io.apicache.benchmarks.scaling;

import org.jspecify.annotations.NullMarked;
