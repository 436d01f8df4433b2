/** Template source to a tree of statements and expressions, by Jinja's grammar; what is not supported is named. */
@NullMarked
package io.inference.engine.template.parse;

import org.jspecify.annotations.NullMarked;
