package io.inference.grpc.server;

import io.grpc.Context;
import io.inference.api.Caller;

/**
 * Who was let in, for the handler beneath the interceptor.
 *
 * @param id names the call in logs
 */
record Visitor(String id, Caller caller) {
    static final Context.Key<Visitor> KEY = Context.key("inference-visitor");

    static Visitor current() {
        return KEY.get();
    }
}
