package io.inference.summary;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.TextTokens;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.request.SummarizeRequest;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.UsageStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A summary while it is made, by rounds. If the text fits into one request, that request is the only one. Otherwise it
 * is cut at ends of sentences into parts, each part is summarized, and the summaries are the text of the next round. A
 * part's summary is at most a quarter as long as a part, cut if the model writes more, so that each round is shorter
 * and the last one fits. Thread-safe: parts are summarized in parallel.
 *
 * <p>The body of exchanges of the flow {@code summarize}, which calls the methods that are public.
 */
public final class SummaryWork {
    /** Tokens of the chat template, and of what the estimate of the prompt may miss. */
    private static final int TEMPLATE = 32;

    private static final int LEAST_TEXT = 64;

    private static final int SHORTENING = 4;

    /** Factor by which parts become shorter after the model has refused one as too long. */
    private static final double SHORTER = 0.6;

    private final SummarizeRequest request;
    private final SummaryPrompt prompt;
    private final SummaryLimits limits;
    private final Call call;

    private final List<Slot> round = new ArrayList<>();
    private double scale = 1;
    private int numbers;
    private int done;
    private Usage used = Usage.NONE;
    private @Nullable ChatAnswer answer;
    private @Nullable InferenceException failure;
    private final Set<Call> open = new HashSet<>();

    /** A part of the round and its summary; null while there is none. */
    private record Slot(SummaryPart part, @Nullable String summary) {}

    SummaryWork(SummarizeRequest request, SummaryPrompt prompt, SummaryLimits limits, Call call) {
        this.request = request;
        this.prompt = prompt;
        this.limits = limits;
        this.call = call;
        plan(request.messages().isEmpty() ? request.text() : SummaryPrompt.transcript(request.messages()), true);
    }

    /** Whether there is something left to ask the model. */
    public synchronized boolean isUnfinished() {
        return answer == null;
    }

    /** The parts to summarize now, in parallel. */
    public synchronized List<SummaryPart> next() {
        return round.stream()
                .filter(slot -> slot.summary() == null)
                .map(Slot::part)
                .limit(limits.parallel())
                .toList();
    }

    /** The summary, whole or as a stream, with the usage of all parts. */
    public synchronized ChatAnswer answer() {
        return Objects.requireNonNull(answer, "the summary is not finished");
    }

    /**
     * Plans the next round if all parts of this one are summarized.
     *
     * @throws InferenceException if a part has failed
     */
    synchronized void planNext() {
        if (failure != null) {
            throw failure;
        }
        if (answer == null && round.stream().noneMatch(slot -> slot.summary() == null)) {
            StringJoiner summaries = new StringJoiner("\n\n");
            round.forEach(slot -> summaries.add(slot.summary()));
            plan(summaries.toString(), false);
        }
    }

    /** A call for the request about a part, until {@link #succeeded} or {@link #ended}. */
    Call begin(SummaryPart part) {
        Call begun = call.part("p" + part.number());
        boolean tooLate;
        synchronized (this) {
            open.add(begun);
            tooLate = failure != null;
        }
        if (tooLate) {
            begun.cancel(ErrorCode.CANCELLED);
        }
        return begun;
    }

    /** The request about a part has been answered. */
    synchronized void succeeded(Call part) {
        open.remove(part);
    }

    /**
     * The request about a part has ended: it has failed, unless it has succeeded before. A part that the model refused
     * as too long is cut. Any other failure ends the work: the requests about other parts are cancelled.
     *
     * @param thrown null if it is unknown
     */
    void ended(SummaryPart part, Call itsCall, @Nullable Throwable thrown) {
        List<Call> others = List.of();
        synchronized (this) {
            if (open.remove(itsCall) && failure == null) {
                failure = failure(part, thrown);
                others = failure == null ? List.of() : List.copyOf(open);
            }
        }
        others.forEach(other -> other.cancel(ErrorCode.CANCELLED));
    }

    /** Null if the part was cut instead. */
    private @Nullable InferenceException failure(SummaryPart part, @Nullable Throwable thrown) {
        if (thrown == null) {
            return new InferenceException(ErrorCode.INTERNAL, "the route ended without an answer about a part");
        }
        InferenceException known = InferenceException.of(thrown);
        if (known.code() != ErrorCode.CONTEXT_LENGTH_EXCEEDED) {
            return known;
        }
        try {
            cutSmaller(part);
            return null;
        } catch (InferenceException e) {
            return e;
        }
    }

    /** The request about a part. */
    ChatRequest chat(SummaryPart part) {
        int most = part.last() ? limits.answer(request.maxWords()) : partAnswer();
        Options options = new Options(
                limits.temperature(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                most,
                List.of(),
                limits.setsContext() ? limits.context() : null,
                1,
                null);
        return new ChatRequest(
                request.model(),
                prompt.messages(part, request, most),
                options,
                List.of(),
                null,
                null,
                null,
                request.stream() && part.last());
    }

    /** Takes the summary of a part that is not the last. */
    void summarized(SummaryPart part, String text, Usage usage) {
        if (text.isBlank()) {
            throw new InferenceException(ErrorCode.BACKEND_FAILED, "the model wrote an empty summary");
        }
        String kept = SentenceParts.cut(text.strip(), partAnswer()).getFirst().strip();
        int now;
        int total;
        synchronized (this) {
            round.replaceAll(slot -> slot.part().equals(part) ? new Slot(part, kept) : slot);
            used = used.plus(usage);
            now = ++done;
            total = total();
        }
        call.reportProgress(now, total);
    }

    /** Takes the answer to the last part. */
    synchronized void finished(ChatAnswer last) {
        answer = switch (last) {
            case ChatAnswer.Whole whole -> {
                if (whole.choices().isEmpty()
                        || whole.choices().getFirst().message().content().isBlank()) {
                    throw new InferenceException(ErrorCode.BACKEND_FAILED, "the model wrote an empty summary");
                }
                yield new ChatAnswer.Whole(whole.model(), whole.choices(), used.plus(whole.usage()), whole.extras());
            }
            case ChatAnswer.Streamed streamed -> {
                ChunkStream summed = new UsageStream(streamed.chunks(), used::plus);
                yield new ChatAnswer.Streamed(streamed.model(), summed);
            }
        };
    }

    /**
     * Cuts a part that the model refused as too long, and makes all later parts shorter.
     *
     * @throws InferenceException if it cannot be cut
     */
    synchronized void cutSmaller(SummaryPart part) {
        int most = mostTokens(false);
        int tokens = (int) (Math.min(TextTokens.estimate(part.text()), most) * SHORTER);
        if (tokens < LEAST_TEXT) {
            throw tooSmall();
        }
        scale *= Math.min(1, (double) tokens / most);
        List<Slot> slots = new ArrayList<>();
        for (Slot slot : round) {
            if (slot.part().equals(part)) {
                slots.addAll(slots(SentenceParts.cut(part.text(), tokens), part.stage()));
            } else {
                slots.add(slot);
            }
        }
        round.clear();
        round.addAll(slots);
        checkCount(numbers);
    }

    private int total() {
        boolean last = round.size() == 1 && round.getFirst().part().last();
        int open = (int) round.stream().filter(slot -> slot.summary() == null).count();
        return done + open + (last ? 0 : 1);
    }

    private void plan(String text, boolean first) {
        round.clear();
        if (TextTokens.estimate(text) <= mostTokens(true)) {
            SummaryPart.Stage stage = first ? SummaryPart.Stage.WHOLE : SummaryPart.Stage.SUMMARIES;
            round.add(new Slot(new SummaryPart(++numbers, text, stage, true, this), null));
            return;
        }
        SummaryPart.Stage stage = first ? SummaryPart.Stage.PART : SummaryPart.Stage.SUMMARIES;
        int most = mostTokens(false);
        checkCount(numbers + TextTokens.estimate(text) / most);
        round.addAll(slots(SentenceParts.cut(text, most), stage));
    }

    private List<Slot> slots(List<String> texts, SummaryPart.Stage stage) {
        SummaryPart.Stage ofParts = stage == SummaryPart.Stage.WHOLE ? SummaryPart.Stage.PART : stage;
        return texts.stream()
                .map(text -> new Slot(new SummaryPart(++numbers, text, ofParts, false, this), null))
                .toList();
    }

    private void checkCount(int count) {
        if (count > limits.parts()) {
            throw new InferenceException(
                    ErrorCode.TOO_LARGE,
                    "the text is too long for the model's context: it would be summarized in more than "
                            + limits.parts() + " parts");
        }
    }

    /** Tokens of a part's summary: at most a quarter of a part, so that each round is at most half of the last. */
    private synchronized int partAnswer() {
        return Math.min(limits.partAnswer(), mostTokens(false) / SHORTENING);
    }

    /** Tokens of text that fit into a request. */
    private int mostTokens(boolean last) {
        int answering = last ? limits.answer(request.maxWords()) : limits.partAnswer();
        int most = (int) ((limits.context() - answering - prompt.tokens() - TEMPLATE) * scale);
        if (most < LEAST_TEXT) {
            throw tooSmall();
        }
        return most;
    }

    private static InferenceException tooSmall() {
        return new InferenceException(
                ErrorCode.CONTEXT_LENGTH_EXCEEDED, "the context of the model is too small to summarize a text");
    }
}
