/** The gRPC server that generations publish their methods into: who may come in, how much at once, and how a route's answer goes out. */
@NullMarked
package io.inference.grpc.server;

import org.jspecify.annotations.NullMarked;
