/**
 * Spring Security in front of the REST and the management listener: one stateless filter chain each, before a request
 * is dispatched. Everything that is not in {@link OpenPaths} needs a caller.
 */
@NullMarked
package io.inference.http.security;

import org.jspecify.annotations.NullMarked;
