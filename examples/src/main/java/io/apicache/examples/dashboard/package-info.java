/**
 * A page over a database whose query takes a while, computed once in five minutes for everybody. {@link
 * io.apicache.examples.dashboard.Dashboard} starts it.
 */
@NullMarked
package io.apicache.examples.dashboard;

import org.jspecify.annotations.NullMarked;
