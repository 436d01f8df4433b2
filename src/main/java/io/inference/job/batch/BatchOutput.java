package io.inference.job.batch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.ErrorCode;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobState;
import io.inference.job.store.BatchJobs;
import io.inference.wire.Json;
import io.inference.wire.JsonBounds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The line of an output or error file, in OpenAI's format. */
final class BatchOutput {
    private static final JsonFactory FACTORY = JsonBounds.answer().build();

    private BatchOutput() {}

    /** @param expired whether it was stopped because the batch's time was over */
    static byte[] line(BatchJobs.Ended ended, boolean expired) {
        return Json.bytes(FACTORY, json -> {
            json.writeStartObject();
            json.writeStringField("id", "batch_req_" + ended.jobId().toString().replace("-", ""));
            json.writeStringField("custom_id", ended.customId());
            JobAnswer answer = ended.answer();
            if (ended.state() == JobState.CANCELLED) {
                json.writeNullField("response");
                stopped(json, expired);
            } else if (answer != null) {
                response(json, ended, 200);
                json.writeRawValue(oneLine(answer.body()));
                json.writeEndObject();
                json.writeNullField("error");
            } else {
                JobError error = Objects.requireNonNullElse(
                        ended.error(), new JobError(ErrorCode.INTERNAL, "the request has no answer", null));
                response(json, ended, error.code().httpStatus());
                failure(json, error);
                json.writeEndObject();
                json.writeNullField("error");
            }
            json.writeEndObject();
            json.writeRaw('\n');
        });
    }

    private static void response(JsonGenerator json, BatchJobs.Ended ended, int status) throws IOException {
        json.writeObjectFieldStart("response");
        json.writeNumberField("status_code", status);
        json.writeStringField("request_id", ended.jobId().toString());
        json.writeFieldName("body");
    }

    private static void stopped(JsonGenerator json, boolean expired) throws IOException {
        json.writeObjectFieldStart("error");
        json.writeStringField("code", expired ? "batch_expired" : "batch_cancelled");
        json.writeStringField(
                "message",
                expired
                        ? "the request could not be run before the batch's time was over"
                        : "the batch was cancelled before the request was run");
        json.writeEndObject();
    }

    private static void failure(JsonGenerator json, JobError error) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("error");
        json.writeStringField("message", error.message());
        json.writeStringField("type", error.code().isCallersFault() ? "invalid_request_error" : "server_error");
        json.writeStringField("param", error.param());
        json.writeStringField("code", error.code().reason());
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Line ends can only be between the tokens of JSON, never in a string. */
    private static String oneLine(byte[] json) {
        return new String(json, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' ');
    }
}
