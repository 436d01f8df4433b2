/**
 * Parses template source to a tree of statements and expressions, by Jinja's grammar; errors name unsupported features.
 */
@NullMarked
package io.inference.engine.template.parse;

import org.jspecify.annotations.NullMarked;
