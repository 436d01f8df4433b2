/**
 * The RabbitMQ door. A request message becomes a job, and stays unacknowledged until the job's result is stored and the
 * broker has confirmed it; results that a crash left undelivered are found in the rows. Consumers belong to generations
 * of routes; a delivery outlives them.
 */
@NullMarked
package io.inference.amqp;

import org.jspecify.annotations.NullMarked;
