package io.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReasonCodesTest {
    private static final Path TABLE = Path.of("src/docs/REASON_CODES.md");

    /** Where this fails, the text that it expects is what the file shall hold. */
    @Test
    void theTableInTheDocumentationIsThatOfTheCode() throws IOException {
        assertThat(Files.readString(TABLE)).isEqualTo(table());
    }

    static String table() {
        StringBuilder table = new StringBuilder("""
                # Reason codes

                Why a call failed, the same at every door. Made from `ErrorCode`; `ReasonCodesTest` holds it.

                | reason | HTTP | gRPC | says when to try again |
                | --- | --- | --- | --- |
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
                    .append(" |\n");
        }
        return table.toString();
    }
}
