package io.inference.job.batch;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.job.JobState;
import io.inference.job.file.FileWriter;
import io.inference.job.file.Files;
import io.inference.job.file.StoredFile;
import io.inference.job.store.BatchJobs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Moves a batch from one status to the next. Every step can be repeated from its start: the process may end anywhere,
 * and the next one finds the batch in the status that it had.
 */
final class BatchMover {
    private static final int LINES_AT_ONCE = 500;
    private static final int BYTES_AT_ONCE = 4 * 1024 * 1024;
    private static final int READ_AT_ONCE = 200;

    private final BatchStore store;
    private final BatchJobs jobs;
    private final Files files;

    BatchMover(BatchStore store, BatchJobs jobs, Files files) {
        this.store = store;
        this.jobs = jobs;
        this.files = files;
    }

    void move(Batch batch) throws IOException {
        switch (batch.status()) {
            case VALIDATING -> begin(batch);
            case IN_PROGRESS -> watch(batch);
            case CANCELLING -> {
                jobs.cancel(batch.id());
                finishOnceNothingIsOpen(batch);
            }
            case FINALIZING -> finish(batch);
            case FAILED, COMPLETED, EXPIRED, CANCELLED -> {}
        }
    }

    private void begin(Batch batch) throws IOException {
        if (files.find(batch.inputFileId()).isEmpty()) {
            store.failed(batch, List.of(new LineFault("file_deleted", "the input file was deleted", null, null)));
            return;
        }
        List<LineFault> faults;
        try (InputStream in = files.open(batch.inputFileId())) {
            faults = BatchInput.check(in, batch.endpoint());
        }
        if (!faults.isEmpty()) {
            store.failed(batch, faults);
            return;
        }
        Adder adder = new Adder(batch);
        int total;
        try (InputStream in = files.open(batch.inputFileId())) {
            total = BatchInput.read(in, batch.endpoint(), adder::take);
        }
        if (adder.flush()) {
            store.inProgress(batch, total);
        }
    }

    private void watch(Batch batch) throws IOException {
        if (!batch.expiring() && !Instant.now().isBefore(batch.expiresAt())) {
            store.expiring(batch);
            jobs.cancel(batch.id());
        }
        if (batch.expiring()) {
            jobs.cancel(batch.id());
        }
        finishOnceNothingIsOpen(batch);
    }

    private void finishOnceNothingIsOpen(Batch batch) throws IOException {
        if (!jobs.hasOpen(batch.id())) {
            Batch ready = store.finalizing(batch).orElse(null);
            if (ready != null) {
                finish(ready);
            }
        }
    }

    /** The files' ids are derived from the batch's, so that files of an interrupted attempt are overwritten. */
    private void finish(Batch batch) throws IOException {
        int completed = 0;
        int failed = 0;
        UUID outputId = fileId(batch, "output");
        UUID errorsId = fileId(batch, "errors");
        try (FileWriter output = writer(batch, outputId, "output");
                FileWriter errors = writer(batch, errorsId, "errors")) {
            int after = 0;
            for (List<BatchJobs.Ended> lines = jobs.ended(batch.id(), after, READ_AT_ONCE);
                    !lines.isEmpty();
                    lines = jobs.ended(batch.id(), after, READ_AT_ONCE)) {
                for (BatchJobs.Ended line : lines) {
                    boolean done = line.state() == JobState.DONE;
                    byte[] bytes = BatchOutput.line(line, batch.expiring());
                    (done ? output : errors).write(bytes, bytes.length);
                    completed += done ? 1 : 0;
                    failed += done ? 0 : 1;
                    after = line.number();
                }
                if (!store.holds(batch)) {
                    return;
                }
            }
            if (completed > 0) {
                output.finish();
            }
            if (failed > 0) {
                errors.finish();
            }
        }
        BatchStatus last = batch.status() == BatchStatus.CANCELLING
                ? BatchStatus.CANCELLED
                : batch.expiring() ? BatchStatus.EXPIRED : BatchStatus.COMPLETED;
        store.ended(batch, last, completed > 0 ? outputId : null, failed > 0 ? errorsId : null, completed, failed);
    }

    private FileWriter writer(Batch batch, UUID id, String what) {
        return files.writer(id, batch.caller(), BatchIds.batch(batch.id()) + "_" + what + ".jsonl", StoredFile.OUTPUT);
    }

    private static UUID fileId(Batch batch, String what) {
        return UUID.nameUUIDFromBytes((batch.id() + what).getBytes(StandardCharsets.UTF_8));
    }

    /** Adds lines as jobs, many at a time. */
    private final class Adder {
        private final Batch batch;
        private final List<BatchJobs.Line> lines = new ArrayList<>();
        private long bytes;

        Adder(Batch batch) {
            this.batch = batch;
        }

        /** False once another replica has the batch, or it is cancelled. */
        boolean take(BatchJobs.Line line, int length) {
            lines.add(line);
            bytes += length;
            return (lines.size() < LINES_AT_ONCE && bytes < BYTES_AT_ONCE) || flush();
        }

        boolean flush() {
            if (!store.holds(batch)) {
                return false;
            }
            if (!lines.isEmpty()) {
                jobs.add(batch.id(), batch.caller(), batch.task(), batch.createdAt(), lines);
                lines.clear();
                bytes = 0;
            }
            return true;
        }
    }

    /** Whether another attempt may succeed. */
    static boolean isTemporary(Exception failure) {
        return failure instanceof InferenceException known && known.code() == ErrorCode.UNAVAILABLE;
    }
}
