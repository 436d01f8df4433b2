/**
 * Built-ins of templates: Jinja's filters, tests and functions, and the methods of Python's types that do not change a
 * value. Those of Jinja that this package does not have are refused by name.
 */
@NullMarked
package io.inference.engine.template.builtins;

import org.jspecify.annotations.NullMarked;
