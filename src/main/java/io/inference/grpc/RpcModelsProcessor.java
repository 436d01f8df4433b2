package io.inference.grpc;

import com.google.protobuf.Message;
import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.error.InferenceException;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Marks a method's request as one about models: the model that its message names, or all. */
public final class RpcModelsProcessor<M extends Message> implements Processor {
    private final Class<M> type;
    private final Function<M, String> model;
    private final boolean one;

    private RpcModelsProcessor(Class<M> type, Function<M, String> model, boolean one) {
        this.type = type;
        this.model = model;
        this.one = one;
    }

    public static <M extends Message> RpcModelsProcessor<M> ofAll(Class<M> type) {
        return new RpcModelsProcessor<>(type, message -> "", false);
    }

    /** @param name reads the model's name */
    public static <M extends Message> RpcModelsProcessor<M> ofOne(Class<M> type, Function<M, String> name) {
        return new RpcModelsProcessor<>(type, name, true);
    }

    @Override
    public void process(Exchange exchange) {
        var in = exchange.getMessage();
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setOperation(Operation.MODELS);
        in.setHeader(RpcRequestProcessor.OPERATION, Operation.MODELS.label());
        in.removeHeader(RpcRequestProcessor.MODEL);
        if (!one) {
            return;
        }
        String name = model.apply(type.cast(in.getBody()));
        if (name.isEmpty()) {
            throw InferenceException.invalid("name", "'name' is required");
        }
        call.setModel(name);
        in.setHeader(RpcRequestProcessor.MODEL, name);
    }
}
