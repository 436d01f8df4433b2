/**
 * The HTTP publishing point: passes requests from the servlet container directly to the routes of the serving
 * generation, sends their answers, and cancels the calls of disconnected callers.
 */
@NullMarked
package io.inference.http.server;

import org.jspecify.annotations.NullMarked;
