/** The backend that runs models in this process, and the catalogue that they are fetched from. */
@NullMarked
package io.inference.local;

import org.jspecify.annotations.NullMarked;
