package io.inference.openai.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.upstream.Failures;
import io.inference.upstream.Reply;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiErrorsTest {
    private final OpenAiErrors errors = new OpenAiErrors(new Failures("openai"), "sk-secret");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "404 | {'error':{'message':'The model x does not exist','code':'model_not_found'}} | MODEL_NOT_FOUND",
                "404 | {'object':'error','message':'The model x does not exist.','code':404} | MODEL_NOT_FOUND",
                "404 | {'detail':'Not Found'} | BACKEND_FAILED",
                "404 | {'error':{'message':'File Not Found','type':'not_found_error','code':404}} | BACKEND_FAILED",
                "400 | {'error':{'message':'bad','param':'messages'}} | INVALID_REQUEST",
                "400 | {'error':{'message':'too many','code':'context_length_exceeded'}} | CONTEXT_LENGTH_EXCEEDED",
                "400 | {'message':'This model has a maximum context length of 10'} | CONTEXT_LENGTH_EXCEEDED",
                "400 | {'error':{'message':'no','code':'unsupported_parameter','param':'seed'}} | UNSUPPORTED",
                "422 | {'error':'validation','error_type':'validation'} | INVALID_REQUEST",
                "401 | {'error':{'message':'Incorrect API key: sk-secret'}} | BACKEND_FAILED",
                "403 | {'error':{'message':'no'}} | BACKEND_FAILED",
                "413 | nothing | TOO_LARGE",
                "429 | {'error':{'message':'slow down'}} | OVERLOADED",
                "500 | {'error':{'message':'boom sk-secret at /root'}} | BACKEND_FAILED",
                "503 | nothing | OVERLOADED"
            })
    void aStatusAndItsWordsMakeTheReason(int status, String body, ErrorCode code) {
        InferenceException failure = refusal(status, body);

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.getMessage()).doesNotContain("sk-secret").doesNotContain("/root");
    }

    @Test
    void aRefusalInTheServersWordsNamesTheFieldButNeverTheKey() {
        InferenceException failure =
                refusal(400, "{'error':{'message':'bad thing near\n sk-secret','param':'messages'}}");

        assertThat(failure).hasMessage("bad thing near ***");
        assertThat(failure.param()).contains("messages");
    }

    @Test
    void whatAServerSaysOfAKeyDoesNotReachTheLogEither() {
        assertThat(refusal(401, "{'error':{'message':'Incorrect API key: sk-sec***'}}")
                        .getCause()
                        .getMessage())
                .doesNotContain("sk-");
    }

    private InferenceException refusal(int status, String body) {
        byte[] json = body.replace('\'', '"').replace("\n", "\\n").getBytes(StandardCharsets.UTF_8);
        return errors.refusal(new Reply(status, json, null), "x");
    }
}
