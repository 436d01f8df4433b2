/** Route files as they are read, and what is wrong with them. */
@NullMarked
package io.inference.routes.check;

import org.jspecify.annotations.NullMarked;
