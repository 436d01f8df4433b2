/** JSON as the REST door's wire formats need it: bodies read once with errors that name the field, answers written straight to bytes. */
@NullMarked
package io.inference.http.json;

import org.jspecify.annotations.NullMarked;
