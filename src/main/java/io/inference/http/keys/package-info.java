/**
 * API keys on the wire: reads admins' requests and writes keys. The secret part of a key is written once, when it is
 * created.
 */
@NullMarked
package io.inference.http.keys;

import org.jspecify.annotations.NullMarked;
