/** The Open Inference Protocol (KServe's v2) over gRPC, so that KServe's and Triton's clients work as they are. */
@NullMarked
package io.inference.grpc.kserve;

import org.jspecify.annotations.NullMarked;
