package io.inference.engine.template.value;

import java.util.Iterator;

/**
 * A sequence that is computed as it is read, and can be read once: the result of {@code map} and other filters.
 *
 * @param kind Python's name of its type
 */
public record Generator(String kind, Iterator<Object> elements) {}
