/**
 * The gRPC door: {@code proto/inference/v1/inference.proto} and the Open Inference Protocol, mapped to {@code api}
 * records and back. No other package depends on these wire formats.
 */
@NullMarked
package io.inference.grpc;

import org.jspecify.annotations.NullMarked;
