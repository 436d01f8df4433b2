package io.inference.summary;

import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.SummarizeRequest;
import io.inference.models.ModelDirectory;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Chooses the model of a request to summarize that names none: SUMMARY_MODEL, otherwise that of the property
 * {@value #OTHERWISE}, otherwise the model of the local engine.
 * Runs before the limits, which count by model. Body in and out: a {@link SummarizeRequest}.
 */
final class SummaryModelProcessor implements Processor {
    /** Property: the model if SUMMARY_MODEL is not configured. */
    static final String OTHERWISE = "InferenceSummaryModel";

    private static final String MODEL = "InferenceModel";
    private static final String LOCAL = "local";

    private final Optional<String> configured;
    private final ModelDirectory directory;

    SummaryModelProcessor(Optional<String> configured, ModelDirectory directory) {
        this.configured = configured;
        this.directory = directory;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        SummarizeRequest request = message.getBody(SummarizeRequest.class);
        if (!request.model().isEmpty()) {
            return;
        }
        String model = configured
                .or(() -> Optional.ofNullable(exchange.getProperty(OTHERWISE, String.class)))
                .or(this::localModel)
                .orElseThrow(() -> InferenceException.invalid(
                        "model", "'model' is required: neither SUMMARY_MODEL nor a local model is configured"));
        exchange.getProperty(Call.PROPERTY, Call.class).setModel(model);
        message.setHeader(MODEL, model);
        message.setBody(request.withModel(model));
    }

    private Optional<String> localModel() {
        return directory.models().stream()
                .filter(model -> model.backend().equals(LOCAL))
                .map(ModelInfo::id)
                .findFirst();
    }
}
