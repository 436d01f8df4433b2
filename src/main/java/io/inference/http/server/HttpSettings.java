package io.inference.http.server;

import java.time.Duration;

/**
 * What the REST door is told.
 *
 * @param apiPrefix prefix of OpenAI's API, such as {@code /v1}
 * @param maxRequestBytes largest body
 * @param requestTimeout how long a whole request may take
 * @param receiveTimeout how long a request's body may take before its pace counts
 * @param keepAlive silence after which a stream gets a keep-alive, whether it has begun or not
 */
public record HttpSettings(
        String apiPrefix, long maxRequestBytes, Duration requestTimeout, Duration receiveTimeout, Duration keepAlive) {}
