package io.inference.grpc.method;

import io.grpc.Context;
import io.inference.api.call.Caller;

/**
 * The authenticated caller, for the handler behind the interceptor.
 *
 * @param id names the call in logs
 */
public record CallIdentity(String id, Caller caller) {
    public static final Context.Key<CallIdentity> KEY = Context.key("inference-visitor");

    static CallIdentity current() {
        return KEY.get();
    }
}
