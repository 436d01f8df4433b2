/** Bodies of requests that are forms with files. */
@NullMarked
package io.inference.upstream.form;

import org.jspecify.annotations.NullMarked;
