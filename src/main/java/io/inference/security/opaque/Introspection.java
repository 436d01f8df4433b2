package io.inference.security.opaque;

import java.io.IOException;
import java.util.Map;

/** Asks the issuer about one token. */
@FunctionalInterface
interface Introspection {
    /**
     * @return the members of the answer, including {@code active}
     * @throws IOException if the issuer cannot be reached, or its answer is not valid; contains nothing of the token
     */
    Map<String, Object> ask(String token) throws IOException;
}
