package io.inference.http.jobs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.job.Job;
import io.inference.job.JobError;
import io.inference.job.JobPage;
import io.inference.wire.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes jobs.
 *
 * @param apiPrefix such as {@code /v1}
 */
record JobWriter(String apiPrefix) {
    /** The URL path of a job. */
    String path(Job job) {
        return apiPrefix + "/jobs/" + job.id();
    }

    /** @param ahead queued jobs before this one */
    byte[] job(Job job, int ahead) {
        return Json.bytes(out -> write(out, job, ahead));
    }

    byte[] page(JobPage page) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (Job job : page.jobs()) {
                write(out, job, null);
            }
            out.writeEndArray();
            out.writeBooleanField("has_more", page.hasMore());
            out.writeEndObject();
        });
    }

    private void write(JsonGenerator out, Job job, @Nullable Integer ahead) throws IOException {
        out.writeStartObject();
        out.writeStringField("object", "job");
        out.writeStringField("id", job.id().toString());
        out.writeStringField("correlation_id", Json.wellFormed(job.correlationId()));
        out.writeStringField("owner", Json.wellFormed(job.caller().subject()));
        out.writeStringField("task", job.task().label());
        out.writeStringField("priority", job.priority().label());
        out.writeStringField("state", job.state().label());
        out.writeBooleanField("cancelling", job.cancelling() && !job.state().isEnded());
        if (ahead != null) {
            out.writeNumberField("ahead", ahead);
        }
        out.writeNumberField("attempts", job.attempts());
        progress(out, job.progress());
        time(out, "created_at", job.createdAt());
        time(out, "not_before", job.notBefore());
        time(out, "started_at", job.startedAt());
        time(out, "ended_at", job.endedAt());
        error(out, "first_error", job.firstError());
        error(out, "error", job.error());
        out.writeObjectFieldStart("links");
        out.writeStringField("self", path(job));
        out.writeStringField("result", path(job) + "/result");
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void progress(JsonGenerator out, Job.@Nullable Progress progress) throws IOException {
        if (progress != null) {
            out.writeObjectFieldStart("progress");
            out.writeNumberField("done", progress.done());
            out.writeNumberField("total", progress.total());
            if (progress.queued() > 0) {
                out.writeNumberField("queued", progress.queued());
            }
            out.writeEndObject();
        }
    }

    private static void error(JsonGenerator out, String field, @Nullable JobError error) throws IOException {
        if (error == null) {
            out.writeNullField(field);
            return;
        }
        out.writeObjectFieldStart(field);
        out.writeStringField("code", error.code().reason());
        out.writeStringField("message", Json.wellFormed(error.message()));
        out.writeStringField("param", error.param() == null ? null : Json.wellFormed(error.param()));
        out.writeEndObject();
    }

    private static void time(JsonGenerator out, String field, @Nullable Instant time) throws IOException {
        out.writeStringField(
                field, time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString());
    }
}
