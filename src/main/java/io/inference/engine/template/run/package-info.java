/** Runs a parsed template. */
@NullMarked
package io.inference.engine.template.run;

import org.jspecify.annotations.NullMarked;
