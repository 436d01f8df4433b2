/** What routes have done, and what became of each change of them. */
@NullMarked
package io.inference.routes.status;

import org.jspecify.annotations.NullMarked;
