/**
 * Authentication and authorization. One {@code AuthenticationManager} of Spring Security serves the endpoints of every
 * kind; this package and its subpackages contain its providers, the authenticated callers
 * ({@link CallerAuthentication}), and the processors by which routes authorize.
 */
@NullMarked
package io.inference.security;

import org.jspecify.annotations.NullMarked;
