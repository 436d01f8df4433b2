/** WebSockets to the servers of backends that report on their work by one. Imports {@code upstream} and its TLS. */
@NullMarked
package io.inference.upstream.socket;

import org.jspecify.annotations.NullMarked;
