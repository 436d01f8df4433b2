package io.inference.http.batches;

import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.jobs.Parameters;
import io.inference.job.batch.Batch;
import io.inference.job.batch.BatchIds;
import io.inference.job.batch.BatchPage;
import io.inference.job.batch.Batches;
import io.inference.job.batch.NewBatch;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The steps of {@code rest-batches.camel.yaml}. */
final class BatchProcessors {
    private static final String WHAT = "batch";

    private final Batches batches;
    private final String apiPrefix;

    BatchProcessors(Batches batches, String apiPrefix) {
        this.batches = batches;
        this.apiPrefix = apiPrefix;
    }

    /** Body in: JSON; body out: {@link NewBatch}. */
    void read(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        message.setBody(
                BatchRequestReader.read(body == null ? new byte[0] : body, Parameters.caller(exchange), apiPrefix));
    }

    /** Body in: {@link NewBatch}; body out: {@link Batch}. */
    void create(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof NewBatch batch)) {
            throw Parameters.nothing(WHAT);
        }
        exchange.getMessage().setBody(batches.create(batch));
    }

    void list(Exchange exchange) {
        Message message = exchange.getMessage();
        String after = message.getHeader("after", String.class);
        UUID afterId = after == null
                ? null
                : BatchIds.batch(after)
                        .orElseThrow(() -> InferenceException.invalid("after", "'after' must be the id of a batch"));
        message.setBody(batches.list(Parameters.caller(exchange), afterId, Parameters.limit(message)));
    }

    void find(Exchange exchange) {
        exchange.getMessage().setBody(readable(exchange));
    }

    void cancel(Exchange exchange) {
        Batch batch = readable(exchange);
        Parameters.caller(exchange)
                .checkOwns(WHAT, batch.caller().subject(), batch.caller().tenant());
        exchange.getMessage().setBody(batches.cancel(batch.id()));
    }

    void write(Exchange exchange) {
        Message message = exchange.getMessage();
        switch (message.getBody()) {
            case Batch batch -> message.setBody(HttpAnswer.json(BatchWriter.batch(batch)));
            case BatchPage page -> message.setBody(HttpAnswer.json(BatchWriter.batches(page)));
            case null, default -> throw Parameters.nothing(WHAT);
        }
    }

    private Batch readable(Exchange exchange) {
        Caller caller = Parameters.caller(exchange);
        Batch batch = BatchIds.batch(exchange.getMessage().getHeader("id", "", String.class))
                .flatMap(batches::find)
                .orElseThrow(() -> InferenceException.noSuch(WHAT));
        caller.checkMayRead(WHAT, batch.caller().subject(), batch.caller().tenant());
        return batch;
    }
}
