package io.inference.http.batches;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.job.batch.Batch;
import io.inference.job.batch.BatchIds;
import io.inference.job.batch.BatchPage;
import io.inference.job.batch.BatchStatus;
import io.inference.job.batch.LineFault;
import io.inference.job.file.FilePage;
import io.inference.job.file.StoredFile;
import io.inference.wire.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes files and batches as OpenAI does; times are seconds since 1970. */
final class BatchWriter {
    private BatchWriter() {}

    static byte[] file(StoredFile file) {
        return Json.bytes(out -> write(out, file));
    }

    static byte[] deleted(StoredFile file) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("id", BatchIds.file(file.id()));
            out.writeStringField("object", "file");
            out.writeBooleanField("deleted", true);
            out.writeEndObject();
        });
    }

    static byte[] files(FilePage page) {
        List<StoredFile> files = page.files();
        return list(
                files,
                BatchWriter::write,
                files.isEmpty() ? null : BatchIds.file(files.getFirst().id()),
                files.isEmpty() ? null : BatchIds.file(files.getLast().id()),
                page.hasMore());
    }

    static byte[] batch(Batch batch) {
        return Json.bytes(out -> write(out, batch));
    }

    static byte[] batches(BatchPage page) {
        List<Batch> batches = page.batches();
        return list(
                batches,
                BatchWriter::write,
                batches.isEmpty() ? null : BatchIds.batch(batches.getFirst().id()),
                batches.isEmpty() ? null : BatchIds.batch(batches.getLast().id()),
                page.hasMore());
    }

    private interface Entry<T> {
        void write(JsonGenerator out, T entry) throws IOException;
    }

    private static <T> byte[] list(
            List<T> entries, Entry<T> writer, @Nullable String first, @Nullable String last, boolean hasMore) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (T entry : entries) {
                writer.write(out, entry);
            }
            out.writeEndArray();
            out.writeStringField("first_id", first);
            out.writeStringField("last_id", last);
            out.writeBooleanField("has_more", hasMore);
            out.writeEndObject();
        });
    }

    private static void write(JsonGenerator out, StoredFile file) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", BatchIds.file(file.id()));
        out.writeStringField("object", "file");
        out.writeNumberField("bytes", file.bytes());
        time(out, "created_at", file.createdAt());
        out.writeStringField("filename", Json.wellFormed(file.filename()));
        out.writeStringField("purpose", file.purpose());
        out.writeStringField("status", "processed");
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, Batch batch) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", BatchIds.batch(batch.id()));
        out.writeStringField("object", "batch");
        out.writeStringField("endpoint", batch.endpoint());
        errors(out, batch.faults());
        out.writeStringField("input_file_id", BatchIds.file(batch.inputFileId()));
        out.writeStringField("completion_window", batch.completionWindow());
        out.writeStringField("status", batch.status().label());
        fileId(out, "output_file_id", batch.outputFileId());
        fileId(out, "error_file_id", batch.errorFileId());
        time(out, "created_at", batch.createdAt());
        time(out, "in_progress_at", batch.inProgressAt());
        time(out, "expires_at", batch.expiresAt());
        time(out, "finalizing_at", batch.finalizingAt());
        time(out, "completed_at", end(batch, BatchStatus.COMPLETED));
        time(out, "failed_at", end(batch, BatchStatus.FAILED));
        time(out, "expired_at", end(batch, BatchStatus.EXPIRED));
        time(out, "cancelling_at", batch.cancellingAt());
        time(out, "cancelled_at", end(batch, BatchStatus.CANCELLED));
        out.writeObjectFieldStart("request_counts");
        out.writeNumberField("total", batch.total());
        out.writeNumberField("completed", batch.completed());
        out.writeNumberField("failed", batch.failed());
        out.writeEndObject();
        out.writeFieldName("metadata");
        Json.writeValue(out, new TreeMap<>(batch.metadata()));
        out.writeEndObject();
    }

    private static void errors(JsonGenerator out, List<LineFault> faults) throws IOException {
        if (faults.isEmpty()) {
            out.writeNullField("errors");
            return;
        }
        out.writeObjectFieldStart("errors");
        out.writeStringField("object", "list");
        out.writeArrayFieldStart("data");
        for (LineFault fault : faults) {
            out.writeStartObject();
            out.writeStringField("code", fault.code());
            out.writeStringField("message", fault.message());
            out.writeStringField("param", fault.param());
            if (fault.line() == null) {
                out.writeNullField("line");
            } else {
                out.writeNumberField("line", fault.line());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static @Nullable Instant end(Batch batch, BatchStatus status) {
        return batch.status() == status ? batch.endedAt() : null;
    }

    private static void fileId(JsonGenerator out, String field, @Nullable UUID id) throws IOException {
        out.writeStringField(field, id == null ? null : BatchIds.file(id));
    }

    private static void time(JsonGenerator out, String field, @Nullable Instant time) throws IOException {
        if (time == null) {
            out.writeNullField(field);
        } else {
            out.writeNumberField(field, time.getEpochSecond());
        }
    }
}
