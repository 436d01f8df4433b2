/** Descriptions of the REST door for its callers: its health, its OpenAPI document and the page that shows it. */
@NullMarked
package io.inference.http.docs;

import org.jspecify.annotations.NullMarked;
