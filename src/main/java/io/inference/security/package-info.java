/**
 * Who may come in. One {@code AuthenticationManager} of Spring Security serves the endpoints of every kind; this
 * package and those below it are its providers, what they authenticate ({@link CallerAuthentication}), and the
 * processors by which routes authorize.
 */
@NullMarked
package io.inference.security;

import org.jspecify.annotations.NullMarked;
