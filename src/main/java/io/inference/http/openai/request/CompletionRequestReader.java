package io.inference.http.openai.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.Options;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.answer.CompletionAnswerWriter;
import io.inference.http.openai.answer.CompletionFormat;
import java.util.List;
import java.util.Set;

/** Reads the body of {@code POST /v1/completions}. */
public final class CompletionRequestReader {
    /** OpenAI's limit for a request that sets none. */
    private static final int DEFAULT_MAX_TOKENS = 16;

    private static final int MAX_CHOICES_OF_ALL_PROMPTS = 1024;

    private static final Set<String> KNOWN = ChatRequestReader.known("prompt", "logprobs", "echo");
    private static final Set<String> KNOWN_AND_BEST_OF =
            ChatRequestReader.known("prompt", "logprobs", "echo", "best_of");

    private CompletionRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ChatAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = body.requiredText("model");
        List<String> prompts = prompts(body);
        Integer logprobs = body.integer("logprobs", 0, 20);
        Options read = OptionsReader.read(body, logprobs);
        Options options = read.maxTokens() == null ? read.withMaxTokens(DEFAULT_MAX_TOKENS) : read;
        if ((long) prompts.size() * options.choices() > MAX_CHOICES_OF_ALL_PROMPTS) {
            throw body.invalid(
                    "prompt", "'prompt' and 'n' ask for more than " + MAX_CHOICES_OF_ALL_PROMPTS + " completions");
        }
        boolean echo = body.flag("echo", false);
        if (echo && options.topLogprobs() != null) {
            throw body.unsupported("echo", "'echo' together with 'logprobs' is not supported");
        }
        body.text("suffix");
        boolean stream = body.flag("stream", false);
        var format = new CompletionFormat(echo ? prompts : List.of(), options.choices());
        return WireRequest.of(
                new GenerateRequest(model, prompts, options, stream, extras(body, options)),
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

    /** {@code best_of} that is the same as {@code n} asks for nothing more. */
    private static Extras extras(JsonFields body, Options options) {
        Integer bestOf = body.integer("best_of", 1, 20);
        boolean nothingMore = bestOf == null || bestOf == options.choices();
        return Extras.openAi(ChatRequestReader.others(body, nothingMore ? KNOWN_AND_BEST_OF : KNOWN));
    }
}
