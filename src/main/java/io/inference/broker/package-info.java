/**
 * RabbitMQ: one connection to consume and one to publish, made anew for ever; the topology, declared and checked whenever they are;
 * publishing with confirms. Who consumes hears when the broker comes and goes; nobody else has to know.
 */
@NullMarked
package io.inference.broker;

import org.jspecify.annotations.NullMarked;
