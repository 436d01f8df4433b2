package io.inference.broker;

/** What became of a published message. */
public enum PublishOutcome {
    /** The broker has it. */
    CONFIRMED,
    /** Nothing is bound to take it, or its queue has gone, or it is no message that AMQP can carry; the broker does not have it. */
    RETURNED,
    /** Refused, or not confirmed in time, or the connection broke: the broker may or may not have it. */
    UNKNOWN
}
