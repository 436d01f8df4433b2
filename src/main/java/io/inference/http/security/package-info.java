/**
 * Spring Security in front of the REST and the management listener: one stateless chain of filters each, before anything of a request is
 * dispatched. Everything needs a caller that is not on the list of {@link OpenPaths}.
 */
@NullMarked
package io.inference.http.security;

import org.jspecify.annotations.NullMarked;
