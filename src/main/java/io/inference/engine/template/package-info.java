/**
 * Chat templates: an interpreter for the part of Jinja that models' templates use, with the settings that Hugging Face
 * renders them with (trim_blocks, lstrip_blocks, a plain tojson). What is rendered is what Jinja renders, or a refusal
 * that names what is not supported. Values are data: nothing in a message is ever parsed as template text, no Java
 * object can be reached, and time, memory and depth are bounded, since a template comes with a model file that may be
 * hostile. Texts know which of their characters a caller wrote, so that a prompt's control tokens are the template's.
 *
 * <p>Its parts, each of which uses those before it: {@code value}, {@code operators}, {@code builtins} and
 * {@code parse}, {@code run}.
 */
@NullMarked
package io.inference.engine.template;

import org.jspecify.annotations.NullMarked;
