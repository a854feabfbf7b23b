/** A consumer of messages that a broker may deliver more than once. {@link io.apicache.examples.consumer.Consumer} runs it. */
@NullMarked
package io.apicache.examples.consumer;

import org.jspecify.annotations.NullMarked;
