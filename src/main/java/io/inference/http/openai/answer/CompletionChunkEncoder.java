package io.inference.http.openai.answer;

import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.message.AnswerExtras;
import io.inference.api.message.Extras;
import io.inference.api.message.FinishReason;
import io.inference.api.message.TokenLogprob;
import io.inference.api.stream.Chunk;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.HttpErrors;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A streamed completion: the echoed prompt, if any, with the first piece of each choice, and the finish reason in an
 * object of its own, as in chats.
 */
final class CompletionChunkEncoder implements ChunkEncoder {
    private final ChunkFormat objects;
    private final CompletionFormat format;
    private final BitSet begun = new BitSet(1);
    private final Map<Integer, Integer> offsets = new HashMap<>();
    private Usage usage = Usage.NONE;

    CompletionChunkEncoder(AnswerHead head, CompletionFormat format, boolean includeUsage) {
        this.objects = new ChunkFormat(head, CompletionAnswerWriter.OBJECT, includeUsage);
        this.format = format;
    }

    @Override
    public void chunk(Chunk chunk, Sink out) throws IOException {
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        AnswerExtras beside = chunk.extras();
        Extras extras = beside == null ? Extras.NONE : beside.choice();
        if (beside != null) {
            objects.extras(beside.answer());
        }
        boolean finishes = chunk.finishReason() != null;
        int index = chunk.index();
        String text = begun.get(index) ? chunk.text() : format.echo(index) + chunk.text();
        begun.set(index);
        if (!text.isEmpty() || !chunk.logprobs().isEmpty()) {
            piece(out, index, text, chunk.logprobs(), null, finishes ? Extras.NONE : extras);
        }
        if (finishes) {
            piece(out, index, "", List.of(), chunk.finishReason(), extras);
        }
    }

    @Override
    public void end(Sink out) throws IOException {
        objects.usage(usage, out);
    }

    @Override
    public Json.Content failure(InferenceException failure) {
        return json -> HttpErrors.writeOpenAi(json, failure);
    }

    private void piece(
            Sink out, int index, String text, List<TokenLogprob> logprobs, @Nullable FinishReason finish, Extras extras)
            throws IOException {
        int offset = logprobs.isEmpty() ? 0 : offsets.getOrDefault(index, 0);
        objects.choice(
                json -> {
                    int end = CompletionFormat.writeChoice(json, index, text, logprobs, offset, finish, extras);
                    if (!logprobs.isEmpty()) {
                        offsets.put(index, end);
                    }
                },
                out);
    }
}
