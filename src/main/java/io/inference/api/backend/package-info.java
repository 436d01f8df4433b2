/** What runs models, and what it reports about them. */
@NullMarked
package io.inference.api.backend;

import org.jspecify.annotations.NullMarked;
