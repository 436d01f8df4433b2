package io.inference.security;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Refuses callers that are in none of the groups that the exchange property {@value #ALLOWED} names, separated by
 * commas; {@code *} stands for all callers. If authentication is off, every admitted caller may do everything.
 */
public class GroupCheckProcessor implements Processor {
    public static final String ALLOWED = "InferenceAllowedGroups";

    @Override
    public void process(Exchange exchange) {
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        String allowed = exchange.getProperty(ALLOWED, "", String.class);
        if (caller == null || !mayPass(caller, allowed)) {
            throw new InferenceException(ErrorCode.FORBIDDEN, UserAccess.NO_GROUP);
        }
    }

    private static boolean mayPass(Caller caller, String allowed) {
        return caller.kind() == Caller.Kind.LOCAL || GroupNames.parse(allowed).include(caller);
    }
}
