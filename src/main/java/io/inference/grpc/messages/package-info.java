/** The messages of {@code inference.v1} and the {@code api} records that they stand for. */
@NullMarked
package io.inference.grpc.messages;

import org.jspecify.annotations.NullMarked;
