/**
 * RabbitMQ: one connection to consume and one to publish, which reconnect without limit; the topology, declared and
 * checked after each connection; publishing with confirms. Consumers are notified when the broker connects and
 * disconnects; other code does not need to know.
 */
@NullMarked
package io.inference.broker;

import org.jspecify.annotations.NullMarked;
