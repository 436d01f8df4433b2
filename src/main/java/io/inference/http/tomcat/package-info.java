/**
 * Changes of Tomcat's defaults: it detects disconnected callers, and refuses requests in the service's error format.
 */
@NullMarked
package io.inference.http.tomcat;

import org.jspecify.annotations.NullMarked;
