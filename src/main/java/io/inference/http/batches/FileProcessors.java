package io.inference.http.batches;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.jobs.Parameters;
import io.inference.job.batch.BatchIds;
import io.inference.job.file.FilePage;
import io.inference.job.file.Files;
import io.inference.job.file.StoredFile;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The steps of {@code rest-files.camel.yaml}. */
final class FileProcessors {
    private static final String WHAT = "file";
    private static final Set<String> PURPOSES = Set.of(StoredFile.INPUT, StoredFile.OUTPUT);
    private static final int LONGEST_NAME = 255;

    private final Files files;

    FileProcessors(Files files) {
        this.files = files;
    }

    /** Body in: a form; body out: the {@link StoredFile}. */
    void upload(Exchange exchange) {
        Message message = exchange.getMessage();
        Caller caller = Parameters.caller(exchange);
        Upload upload =
                Upload.of(message.getBody(byte[].class), message.getHeader(Exchange.CONTENT_TYPE, String.class));
        String purpose = upload.field("purpose")
                .orElseThrow(() -> InferenceException.invalid("purpose", "'purpose' is required"));
        if (!purpose.equals(StoredFile.INPUT)) {
            throw InferenceException.unsupported("purpose", "'purpose' must be batch: files serve nothing else here");
        }
        message.setBody(upload.find("file", (name, content) -> files.store(caller, filename(name), content))
                .orElseThrow(() -> InferenceException.invalid("file", "'file' is required")));
    }

    void list(Exchange exchange) {
        Message message = exchange.getMessage();
        String purpose = message.getHeader("purpose", String.class);
        if (purpose != null && !PURPOSES.contains(purpose)) {
            throw InferenceException.invalid("purpose", "'purpose' must be batch or batch_output");
        }
        String after = message.getHeader("after", String.class);
        UUID afterId = after == null
                ? null
                : BatchIds.file(after)
                        .orElseThrow(() -> InferenceException.invalid("after", "'after' must be the id of a file"));
        message.setBody(files.list(Parameters.caller(exchange), purpose, afterId, Parameters.limit(message)));
    }

    void find(Exchange exchange) {
        exchange.getMessage().setBody(readable(exchange));
    }

    void content(Exchange exchange) {
        StoredFile file = readable(exchange);
        exchange.getMessage().setBody(new HttpAnswer.Copied("application/jsonl", file.bytes(), files.open(file.id())));
    }

    /** Leaves the file as it was. */
    void delete(Exchange exchange) {
        StoredFile file = readable(exchange);
        Parameters.caller(exchange).checkOwns(WHAT, file.owner(), file.tenant());
        files.delete(file.id());
        exchange.getMessage().setBody(HttpAnswer.json(BatchWriter.deleted(file)));
    }

    void write(Exchange exchange) {
        Message message = exchange.getMessage();
        switch (message.getBody()) {
            case StoredFile file -> message.setBody(HttpAnswer.json(BatchWriter.file(file)));
            case FilePage page -> message.setBody(HttpAnswer.json(BatchWriter.files(page)));
            case null, default -> throw Parameters.nothing(WHAT);
        }
    }

    private StoredFile readable(Exchange exchange) {
        Caller caller = Parameters.caller(exchange);
        StoredFile file = BatchIds.file(exchange.getMessage().getHeader("id", "", String.class))
                .flatMap(files::find)
                .orElseThrow(() -> InferenceException.noSuch(WHAT));
        caller.checkMayRead(WHAT, file.owner(), file.tenant());
        return file;
    }

    private static String filename(String name) {
        String clean = name.replaceAll("[\\p{Cntrl}/\\\\]", "_");
        String shown = clean.length() <= LONGEST_NAME ? clean : clean.substring(0, LONGEST_NAME);
        return shown.isBlank() ? "file.jsonl" : shown;
    }
}
