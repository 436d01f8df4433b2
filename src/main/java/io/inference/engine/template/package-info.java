/**
 * Chat templates: an interpreter for the part of Jinja that models' templates use, with the settings that Hugging Face
 * renders them with (trim_blocks, lstrip_blocks, a plain tojson). Values are data: nothing in a message is ever parsed
 * as template text, no Java object can be reached, and time, memory and depth are bounded, since a template comes with
 * a model file that may be hostile.
 */
@NullMarked
package io.inference.engine.template;

import org.jspecify.annotations.NullMarked;
