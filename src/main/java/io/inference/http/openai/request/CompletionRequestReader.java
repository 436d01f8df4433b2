package io.inference.http.openai.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.Options;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.answer.CompletionAnswerWriter;
import io.inference.http.openai.answer.CompletionFormat;
import java.util.List;

/** Reads the body of {@code POST /v1/completions}. */
public final class CompletionRequestReader {
    /** OpenAI's limit for a request that sets none. */
    private static final int DEFAULT_MAX_TOKENS = 16;

    private static final int MAX_CHOICES_OF_ALL_PROMPTS = 1024;

    private CompletionRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ChatAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = body.requiredText("model");
        List<String> prompts = prompts(body);
        Integer logprobs = body.integer("logprobs", 0, 20);
        Options options = withLimit(OptionsReader.read(body, logprobs));
        if ((long) prompts.size() * options.choices() > MAX_CHOICES_OF_ALL_PROMPTS) {
            throw body.invalid(
                    "prompt", "'prompt' and 'n' ask for more than " + MAX_CHOICES_OF_ALL_PROMPTS + " completions");
        }
        boolean echo = body.flag("echo", false);
        refuseWhatIsNotDone(body, options, echo);
        boolean stream = body.flag("stream", false);
        var format = new CompletionFormat(echo ? prompts : List.of(), options.choices());
        return WireRequest.of(
                new GenerateRequest(model, prompts, options, stream),
                ChatAnswer.class,
                new CompletionAnswerWriter(format, stream, ChatRequestReader.includeUsage(body)));
    }

    private static List<String> prompts(JsonFields body) {
        if (body.isTokens("prompt")) {
            throw body.unsupported("prompt", "'prompt' must be text; tokens are not supported");
        }
        List<String> prompts = body.texts("prompt");
        if (prompts.isEmpty()) {
            throw body.invalid("prompt", "'prompt' is required");
        }
        return prompts;
    }

    private static Options withLimit(Options o) {
        return o.maxTokens() != null
                ? o
                : new Options(
                        o.temperature(),
                        o.topP(),
                        o.topK(),
                        o.minP(),
                        o.repeatPenalty(),
                        o.presencePenalty(),
                        o.frequencyPenalty(),
                        o.seed(),
                        DEFAULT_MAX_TOKENS,
                        o.stop(),
                        o.contextLength(),
                        o.choices(),
                        o.topLogprobs());
    }

    private static void refuseWhatIsNotDone(JsonFields body, Options options, boolean echo) {
        if (body.isEffective("logit_bias")) {
            throw body.unsupported("logit_bias", "'logit_bias' is not supported");
        }
        if (!body.text("suffix", "").isEmpty()) {
            throw body.unsupported("suffix", "'suffix' is not supported");
        }
        Integer bestOf = body.integer("best_of", 1, 20);
        if (bestOf != null && bestOf != options.choices()) {
            throw body.unsupported("best_of", "'best_of' must be the same as 'n'");
        }
        if (echo && options.topLogprobs() != null) {
            throw body.unsupported("echo", "'echo' together with 'logprobs' is not supported");
        }
    }
}
