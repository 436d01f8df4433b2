/** What Tomcat does other than by default: it finds callers that have gone, and refuses in the words of the service. */
@NullMarked
package io.inference.http.tomcat;

import org.jspecify.annotations.NullMarked;
