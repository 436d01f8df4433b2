/** Fetches messages and runs their routes. */
@NullMarked
package io.inference.amqp.consumer;

import org.jspecify.annotations.NullMarked;
