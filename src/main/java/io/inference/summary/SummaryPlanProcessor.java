package io.inference.summary;

import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.request.SummarizeRequest;
import io.inference.models.ModelDirectory;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Plans what the model is asked. Body in: a {@link SummarizeRequest}; body out: its {@link SummaryWork}. With such work
 * as the body it plans the next round, once all parts of the last one are summarized.
 */
final class SummaryPlanProcessor implements Processor {
    /** Property: tokens of one request where the backend reports no context, or leaves its size to the request. */
    static final String CONTEXT = "InferenceSummaryContext";

    /** Property: parts that are summarized at the same time. */
    static final String PARALLEL = "InferenceSummaryParallel";

    /** Property: maximum number of parts. */
    static final String PARTS = "InferenceSummaryParts";

    /** Property: temperature of the requests. */
    static final String TEMPERATURE = "InferenceSummaryTemperature";

    /** Property: what follows SUMMARY_SYSTEM_PROMPT in the system's message. */
    static final String INSTRUCTIONS = "InferenceSummaryInstructions";

    private static final String MODEL = "InferenceModel";
    private static final int DEFAULT_CONTEXT = 4096;
    private static final int DEFAULT_PARALLEL = 2;
    private static final int DEFAULT_PARTS = 300;

    private final String systemPrompt;
    private final ModelDirectory directory;

    SummaryPlanProcessor(String systemPrompt, ModelDirectory directory) {
        this.systemPrompt = systemPrompt;
        this.directory = directory;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        if (message.getBody() instanceof SummaryWork begun) {
            begun.planNext();
            return;
        }
        SummarizeRequest request = message.getBody(SummarizeRequest.class);
        SummarizeRequest ofModel = request.withModel(message.getHeader(MODEL, request.model(), String.class));
        SummaryLimits limits = new SummaryLimits(
                context(exchange, ofModel.model()),
                exchange.getProperty(PARALLEL, DEFAULT_PARALLEL, Integer.class),
                exchange.getProperty(PARTS, DEFAULT_PARTS, Integer.class),
                directory.takesContextOfRequest(ofModel.model()),
                exchange.getProperty(TEMPERATURE, Double.class));
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String further = exchange.getProperty(INSTRUCTIONS, "", String.class);
        String system = further.isBlank() ? systemPrompt : systemPrompt + "\n\n" + further;
        message.setBody(new SummaryWork(ofModel, new SummaryPrompt(system), limits, call));
    }

    private int context(Exchange exchange, String model) {
        int asked = exchange.getProperty(CONTEXT, DEFAULT_CONTEXT, Integer.class);
        Optional<Integer> reported = directory.find(model).map(ModelInfo::contextLength);
        if (reported.isEmpty()) {
            return asked;
        }
        // Ollama runs a model with the context that a request asks for, so requests ask for the tokens of the property.
        return directory.takesContextOfRequest(model) ? Math.min(asked, reported.get()) : reported.get();
    }
}
