/** What a developer reads: the OpenAPI description, the page that shows it, and whether the service is up. */
@NullMarked
package io.inference.http.docs;

import org.jspecify.annotations.NullMarked;
