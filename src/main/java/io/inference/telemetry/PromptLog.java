package io.inference.telemetry;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import io.inference.api.request.InferenceRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes prompts and answers, each in one line. Routes decide whether: see LOG_PROMPTS. */
class PromptLog {
    private static final Logger log = LoggerFactory.getLogger("io.inference.prompts");

    private final boolean json;

    /** @param json whether the log format keeps keys and values apart from the message */
    public PromptLog(boolean json) {
        this.json = json;
    }

    /** Whether the log level is enabled. */
    boolean isOn() {
        return log.isInfoEnabled();
    }

    /** @param characters maximum number of characters of its texts in the line */
    void prompt(Call call, InferenceRequest request, int characters) {
        String asked = Transcript.of(request, characters);
        if (json) {
            log.atInfo()
                    .addKeyValue("request_id", call.id())
                    .addKeyValue("door", call.door())
                    .addKeyValue("caller", call.caller())
                    .addKeyValue("operation", request.operation().label())
                    .addKeyValue("model", CallLog.clean(call.model()))
                    .addKeyValue("prompt", asked)
                    .log("prompt");
        } else {
            log.info(
                    "{} {} caller={} {} model={} prompt {}",
                    call.id(),
                    call.door(),
                    CallLog.clean(call.caller()),
                    request.operation().label(),
                    CallLog.clean(call.model()),
                    asked);
        }
    }

    void answer(Call call, ChatAnswer.Whole answer, int characters) {
        AnswerRecord record = new AnswerRecord(characters);
        answer.choices().forEach(record::add);
        answer(call, "ok", record.line());
    }

    /** Vectors are shown by their number and size. */
    void answer(Call call, EmbedAnswer answer) {
        int numbers = answer.embeddings().isEmpty() ? 0 : answer.embeddings().getFirst().length;
        answer(call, "ok", answer.embeddings().size() + " vectors of " + numbers + " numbers");
    }

    /**
     * The part of an answer that was sent.
     *
     * @param outcome {@code ok}, or the reason why the answer is not complete
     */
    void answer(Call call, String outcome, String answered) {
        if (json) {
            log.atInfo()
                    .addKeyValue("request_id", call.id())
                    .addKeyValue("door", call.door())
                    .addKeyValue("caller", call.caller())
                    .addKeyValue("operation", call.operation().label())
                    .addKeyValue("model", CallLog.clean(call.model()))
                    .addKeyValue("backend", call.backend())
                    .addKeyValue("outcome", outcome)
                    .addKeyValue("answer", answered)
                    .log("answer");
        } else {
            log.info(
                    "{} {} caller={} {} model={} backend={} answer {} {}",
                    call.id(),
                    call.door(),
                    CallLog.clean(call.caller()),
                    call.operation().label(),
                    CallLog.clean(call.model()),
                    call.backend(),
                    outcome,
                    answered);
        }
    }
}
