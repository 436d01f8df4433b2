/** What describes the REST door to those who call it: its health, its OpenAPI document and the page that shows it. */
@NullMarked
package io.inference.http.docs;

import org.jspecify.annotations.NullMarked;
