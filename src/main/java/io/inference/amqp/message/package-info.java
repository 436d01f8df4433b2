/** Messages of the door: what came, what is sent, and the broker's queues for both. */
@NullMarked
package io.inference.amqp.message;

import org.jspecify.annotations.NullMarked;
