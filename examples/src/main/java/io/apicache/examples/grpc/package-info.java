/** Unary calls of gRPC, each worked on once however often it is sent. {@link io.apicache.examples.grpc.GrpcDemo} is the program. */
@NullMarked
package io.apicache.examples.grpc;

import org.jspecify.annotations.NullMarked;
