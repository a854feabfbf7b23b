/** Small programs that show the library at work. {@link io.apicache.examples.Handler} is the first. */
@NullMarked
package io.apicache.examples;

import org.jspecify.annotations.NullMarked;
