/**
 * The HTTP publishing point: takes requests from the servlet container straight to the routes of the generation that serves, sends
 * their answers, and cancels the work of callers that have gone.
 */
@NullMarked
package io.inference.http.server;

import org.jspecify.annotations.NullMarked;
