/**
 * Chat templates: an interpreter for the part of Jinja that models' templates use, with the settings that Hugging Face
 * renders them with (trim_blocks, lstrip_blocks, a plain tojson). The result is the same as Jinja's, or a refusal that
 * names the unsupported feature. Values are data: nothing in a message is ever parsed as template text, no Java object
 * can be reached, and time, memory and depth are bounded, since a template comes with a model file that may be
 * malicious. Texts record which of their characters a caller wrote, so that a prompt's control tokens are the
 * template's.
 *
 * <p>Its parts, each of which uses those before it: {@code value}, {@code operators}, {@code builtins} and
 * {@code parse}, {@code run}.
 */
@NullMarked
package io.inference.engine.template;

import org.jspecify.annotations.NullMarked;
