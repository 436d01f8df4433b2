package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.message.Extras;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.http.format.TokenJson;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The format of choices of completions, both whole and streamed.
 *
 * @param echoed the prompts, if the answer is to begin with them; else empty
 * @param choicesPerPrompt choices are numbered prompt by prompt
 */
public record CompletionFormat(List<String> echoed, int choicesPerPrompt) {
    /** The text with which a choice begins before the model's output. */
    String echo(int index) {
        int prompt = index / choicesPerPrompt;
        return prompt < echoed.size() ? echoed.get(prompt) : "";
    }

    /**
     * Writes one choice, or a piece of one.
     *
     * @param offset characters of the choice that came in earlier pieces
     * @return characters of the choice up to the last token that is listed
     */
    static int writeChoice(
            JsonGenerator out,
            int index,
            String text,
            List<TokenLogprob> logprobs,
            int offset,
            @Nullable FinishReason finish,
            Extras extras)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("text", Json.wellFormed(text));
        out.writeNumberField("index", index);
        int end = offset;
        if (logprobs.isEmpty()) {
            out.writeNullField("logprobs");
        } else {
            end = writeLogprobs(out, logprobs, offset);
        }
        if (finish == null) {
            out.writeNullField("finish_reason");
        } else {
            out.writeStringField("finish_reason", finish.label());
        }
        Parts.extras(out, extras);
        out.writeEndObject();
        return end;
    }

    private static int writeLogprobs(JsonGenerator out, List<TokenLogprob> logprobs, int offset) throws IOException {
        out.writeObjectFieldStart("logprobs");
        out.writeArrayFieldStart("tokens");
        for (TokenLogprob token : logprobs) {
            out.writeString(Json.wellFormed(token.token()));
        }
        out.writeEndArray();
        out.writeArrayFieldStart("token_logprobs");
        for (TokenLogprob token : logprobs) {
            out.writeNumber(TokenJson.finite(token.logprob()));
        }
        out.writeEndArray();
        out.writeArrayFieldStart("top_logprobs");
        for (TokenLogprob token : logprobs) {
            writeTop(out, token);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("text_offset");
        int end = offset;
        for (TokenLogprob token : logprobs) {
            out.writeNumber(end);
            end += token.token().codePointCount(0, token.token().length());
        }
        out.writeEndArray();
        out.writeEndObject();
        return end;
    }

    /** The most likely tokens and, if it is not among them, the chosen one. */
    private static void writeTop(JsonGenerator out, TokenLogprob token) throws IOException {
        out.writeStartObject();
        boolean chosenListed = false;
        for (TokenLogprob top : token.top()) {
            chosenListed |= top.token().equals(token.token());
            out.writeNumberField(Json.wellFormed(top.token()), TokenJson.finite(top.logprob()));
        }
        if (!chosenListed) {
            out.writeNumberField(Json.wellFormed(token.token()), TokenJson.finite(token.logprob()));
        }
        out.writeEndObject();
    }
}
