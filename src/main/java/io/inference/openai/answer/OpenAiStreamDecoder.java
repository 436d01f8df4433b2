package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.message.AnswerExtras;
import io.inference.api.message.Extras;
import io.inference.api.stream.Chunk;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one answer, whichever was asked for: a stream of events, one JSON object each, the last {@code [DONE]}, or
 * one JSON object. The usage, wherever it came, is sent in the last chunk.
 */
public final class OpenAiStreamDecoder extends JsonOrEvents<Chunk> {
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final OpenAiErrors errors;
    private final OpenAiChoices choices = new OpenAiChoices();
    private final UnknownFields others = new UnknownFields();
    private final int expectedChoices;
    /** Other fields of the whole answer, until a chunk takes them along. */
    private Extras answerExtras = Extras.NONE;

    private @Nullable String model;
    private @Nullable Usage usage;

    public OpenAiStreamDecoder(OpenAiErrors errors) {
        this(errors, 1);
    }

    /** @param expectedChoices number of answers that were asked for */
    public OpenAiStreamDecoder(OpenAiErrors errors, int expectedChoices) {
        this.errors = errors;
        this.expectedChoices = expectedChoices;
    }

    /** The model that answers, once the stream has named it; otherwise the given one. */
    public String model(String asked) {
        return model == null ? asked : model;
    }

    /**
     * Reads an answer that has come as a whole.
     *
     * @throws InferenceException if it is none, or an error
     */
    public List<Chunk> whole(byte[] body) throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        if (startsAnObject(body)) {
            // In place: what follows would be copied twice.
            if (object(body, body.length, chunks::add) == 1 || choices.areFinished()) {
                finish(!choices.isEmpty(), chunks::add);
                return chunks;
            }
        } else if (all(body, chunks::add)) {
            return chunks;
        }
        throw errors.failures().failed("broke off its answer", null);
    }

    @Override
    public boolean eof(Consumer<Chunk> out) throws IOException {
        try {
            byte[] object = object();
            if (object != null) {
                if (object(object, object.length, out) == 1) {
                    finish(!choices.isEmpty(), out);
                    return true;
                }
            } else if (lastEvent(out)) {
                return true;
            }
        } catch (JsonEOFException e) {
            // Broken off within an event, which after the finish reasons may be one of usage.
        }
        if (choices.areFinished()) {
            finish(true, out);
            return true;
        }
        choices.endFinished(out);
        return false;
    }

    @Override
    public boolean awaitsEnd() {
        return choices.areFinished(expectedChoices);
    }

    @Override
    boolean event(byte[] data, int length, boolean isError, Consumer<Chunk> out) throws IOException {
        int end = lengthOf(data, length);
        if (isError) {
            choices.endFinished(out);
            throw errors.midStream(errorOf(data, end));
        }
        boolean done = endsWithDone(data, end);
        if (done) {
            end = lengthOf(data, end - DONE.length);
        }
        if (end > 0) {
            object(data, end, out);
        }
        if (done) {
            finish(choices.isAnswer(), out);
        }
        return done;
    }

    /** Without the white space at the end. */
    private static int lengthOf(byte[] data, int length) {
        int end = length;
        while (end > 0 && isSpace(data[end - 1])) {
            end--;
        }
        return end;
    }

    /** @return how many objects there were: servers that forget the empty lines between events send several in one */
    private int object(byte[] data, int length, Consumer<Chunk> out) throws IOException {
        int objects = 0;
        try (JsonParser json = JsonTokens.parser(data, 0, length)) {
            JsonTokens.openObject(json);
            do {
                objects++;
                frame(OpenAiFrameParser.read(json, model == null, others), out);
            } while (JsonTokens.nextObject(json));
        }
        return objects;
    }

    private void frame(OpenAiFrame frame, Consumer<Chunk> out) {
        if (frame.error() != null) {
            choices.endFinished(out);
            throw errors.midStream(frame.error());
        }
        model = model == null ? frame.model() : model;
        usage = frame.usage() == null ? usage : frame.usage();
        Extras changed = others.changes();
        answerExtras = changed.isEmpty() ? answerExtras : changed;
        Consumer<Chunk> to = withAnswerExtras(out);
        for (Chunk chunk : frame.choices()) {
            choices.add(chunk, to);
        }
    }

    /** The receiver itself, unless its next chunk has other fields of the answer to take along. */
    private Consumer<Chunk> withAnswerExtras(Consumer<Chunk> out) {
        if (answerExtras.isEmpty()) {
            return out;
        }
        return chunk -> {
            Extras extras = answerExtras;
            answerExtras = Extras.NONE;
            AnswerExtras own = chunk.extras() == null ? AnswerExtras.NONE : chunk.extras();
            out.accept(extras.isEmpty() ? chunk : chunk.with(new AnswerExtras(extras, own.choice(), own.message())));
        };
    }

    private void finish(boolean isAnswer, Consumer<Chunk> out) {
        if (!isAnswer) {
            throw errors.failures().failed("gave no answer", null);
        }
        Consumer<Chunk> to = withAnswerExtras(out);
        choices.endAll(to);
        if (usage != null) {
            to.accept(new Chunk(0, "", null, List.of(), List.of(), null, usage));
        }
    }

    private static boolean endsWithDone(byte[] data, int length) {
        int from = length - DONE.length;
        return from >= 0 && data[length - 1] == ']' && Arrays.equals(data, from, length, DONE, 0, DONE.length);
    }
}
