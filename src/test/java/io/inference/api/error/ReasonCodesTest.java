package io.inference.api.error;

import io.inference.GeneratedDocument;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ReasonCodesTest {
    /** If this fails, the command in its message writes the file again. */
    @Test
    void theTableInTheDocumentationIsThatOfTheCode() throws IOException {
        GeneratedDocument.check("REASON_CODES.md", table());
    }

    static String table() {
        StringBuilder table = new StringBuilder("""
                # Reason codes

                Why a call failed: the same codes in answers of REST (`code`), gRPC (`ErrorInfo`) and RabbitMQ (`code`).
                Generated from `ErrorCode`; `ReasonCodesTest` fails if this file is stale.

                | reason | HTTP | gRPC | answers say when to try again | a job, and a request over RabbitMQ |
                | --- | --- | --- | --- | --- |
                """);
        for (ErrorCode code : ErrorCode.values()) {
            table.append("| `")
                    .append(code.reason())
                    .append("` | ")
                    .append(code.httpStatus())
                    .append(" | ")
                    .append(code.grpcStatus())
                    .append(" | ")
                    .append(code.isTemporary() ? "yes" : "")
                    .append(" | ")
                    .append(ofJob(code.disposition()))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String ofJob(ErrorCode.Disposition disposition) {
        return switch (disposition) {
            case RETRY_LATER -> "is tried again for a day, then fails; dead letter";
            case RETRY -> "is tried again, JOB_ATTEMPTS in all, then fails; dead letter";
            case REJECT -> "fails at once; dead letter";
            case REPORT -> "fails at once";
            case CANCEL -> "is cancelled";
        };
    }
}
