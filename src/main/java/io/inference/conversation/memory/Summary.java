package io.inference.conversation.memory;

/** A summary and the messages for which it stands. */
public record Summary(Span span, String text) {}
