package io.inference.security.opaque;

import java.io.IOException;
import java.util.Map;

/** Asks the issuer about one token. */
@FunctionalInterface
interface Introspection {
    /**
     * @return the answer's members; {@code active} among them
     * @throws IOException where the issuer cannot be asked, or its answer is none; tells nothing of the token
     */
    Map<String, Object> ask(String token) throws IOException;
}
