/** JSON bodies as the REST door needs them: read once, with errors that name the field. */
@NullMarked
package io.inference.http.json;

import org.jspecify.annotations.NullMarked;
