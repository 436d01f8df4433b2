/** The operators' page: its files, which hold no data. What it shows it asks below {@code /admin}, with an admin's token. */
@NullMarked
package io.inference.http.console;

import org.jspecify.annotations.NullMarked;
