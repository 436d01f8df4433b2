package io.inference.broker;

/** Outcome of publishing a message. */
public enum PublishOutcome {
    /** The broker has it. */
    CONFIRMED,
    /**
     * No queue is bound to receive it, or its queue was deleted, or AMQP cannot carry the message; the broker does not
     * have it.
     */
    RETURNED,
    /** Refused, or not confirmed in time, or the connection broke: the broker may or may not have it. */
    UNKNOWN
}
