package io.inference.engine.template.value;

import java.util.Iterator;

/**
 * A sequence that is made as it is read, and can be read once: what {@code map} and other filters give.
 *
 * @param kind Python's name of its type
 */
public record Generator(String kind, Iterator<Object> elements) {}
