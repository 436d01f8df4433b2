/**
 * The operators' page: static files without data. The page loads its data from {@code /admin}, with an admin's token.
 */
@NullMarked
package io.inference.http.console;

import org.jspecify.annotations.NullMarked;
