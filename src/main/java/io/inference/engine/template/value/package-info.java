/**
 * The data types of the template language, as far as Java has none of its own that fits: texts that know their origin,
 * dicts with Python's keys, tuples, generators. Booleans are Boolean, integers Long (BigInteger only for data that no
 * long holds), floats Double, lists java.util.List, which nothing changes after they are made.
 */
@NullMarked
package io.inference.engine.template.value;

import org.jspecify.annotations.NullMarked;
