/** Bodies that are read while they arrive: forms of several parts, and single files. */
@NullMarked
package io.inference.http.form;

import org.jspecify.annotations.NullMarked;
