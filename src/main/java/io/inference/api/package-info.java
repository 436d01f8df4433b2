/**
 * What a caller asks and what it gets, whatever the door and whatever the backend: requests, answers, streams of chunks, reason
 * codes, and the {@link io.inference.api.Call} that a request is. Imports nothing else of the service.
 */
@NullMarked
package io.inference.api;

import org.jspecify.annotations.NullMarked;
