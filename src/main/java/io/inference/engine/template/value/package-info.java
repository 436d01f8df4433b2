/**
 * The data types of the template language for which Java has no suitable one: texts that record their origin, dicts
 * with Python's keys, tuples, generators. Booleans are Boolean, integers Long (BigInteger only for data that do not fit
 * a long), floats Double, lists java.util.List, which are never changed after their creation.
 */
@NullMarked
package io.inference.engine.template.value;

import org.jspecify.annotations.NullMarked;
