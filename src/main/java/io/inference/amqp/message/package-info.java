/** Messages of the door, received and sent, and the broker's queues for both. */
@NullMarked
package io.inference.amqp.message;

import org.jspecify.annotations.NullMarked;
