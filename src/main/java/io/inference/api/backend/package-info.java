/** The interface of the backends that run models, and the models that they report. */
@NullMarked
package io.inference.api.backend;

import org.jspecify.annotations.NullMarked;
