/** Publishes results of jobs, and acknowledges the messages that asked for them. */
@NullMarked
package io.inference.amqp.result;

import org.jspecify.annotations.NullMarked;
