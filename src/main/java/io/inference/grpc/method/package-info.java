/** Methods that routes serve, and the handling of one call. */
@NullMarked
package io.inference.grpc.method;

import org.jspecify.annotations.NullMarked;
