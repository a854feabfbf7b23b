/** Meters, flight recordings and a dashboard of a cache. {@link io.apicache.examples.observability.Observed} shows them working. */
@NullMarked
package io.apicache.examples.observability;

import org.jspecify.annotations.NullMarked;
