/** The gRPC server that generations publish their methods into: authentication, limits and TLS. */
@NullMarked
package io.inference.grpc.server;

import org.jspecify.annotations.NullMarked;
