/**
 * What templates find ready: Jinja's filters, tests and functions, and the methods of Python's types that change
 * nothing. What Jinja has and this package does not is refused by its name.
 */
@NullMarked
package io.inference.engine.template.builtins;

import org.jspecify.annotations.NullMarked;
