/** Workflows of ComfyUI that operators write, with places for what a caller asks. Imports {@code config} and JSON. */
@NullMarked
package io.inference.backend.workflow;

import org.jspecify.annotations.NullMarked;
