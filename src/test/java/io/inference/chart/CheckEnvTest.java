package io.inference.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.chart.Script.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** {@code check-env.sh}: what it reads is what Kubernetes would read. */
class CheckEnvTest {
    private static final Path CHECK = Chart.FOLDER.resolve("check-env.sh");
    private static final String CONFIG = """
            # of the old service
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: inference-config
              labels: {app: inference}
            data:
              PORT: "8000"
              HOST: 0.0.0.0   # all
              LOG_LEVEL: 'it''s'
              SUMMARY_SYSTEM_PROMPT: |
                Say "x".
                  Indented \\n line, C:\\new

                end
              MASTER_SUMMARY_PROMPT: >-
                one
                two
              SUMMARY_MODEL: "a \\"b\\" \\\\ \\t c"
              AUTH_ISSUER:
              AUTH_AUDIENCE: a#b:c
            """;

    @TempDir
    Path folder;

    private Result check(String text, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("env.yaml"), text);
        String[] arguments = java.util.Arrays.copyOf(options, options.length + 1);
        arguments[options.length] = file.toString();
        Path place = Files.createTempDirectory(folder, "run");
        return new Script(place).run(CHECK, arguments);
    }

    @Test
    void valuesAreThoseOfTheFile() throws IOException {
        Map<String, Map<String, Object>> read =
                new Yaml().load(check(CONFIG, "--values").output());
        Map<String, Map<String, Object>> expected = new Yaml().load(CONFIG);
        assertThat(read.get("config"))
                .hasSize(expected.get("data").size())
                .allSatisfy((name, value) -> assertThat(value)
                        .as(name)
                        .isEqualTo(
                                expected.get("data").get(name) == null
                                        ? ""
                                        : expected.get("data").get(name).toString()));
    }

    @Test
    void itSaysWhatBecomesOfEachName() throws IOException {
        Result result = check("""
                kind: ConfigMap
                data:
                  PORT: "8000"
                  REDIS_POOL_SIZE: "10"
                  MAX_QUEU: "5"
                  DB_PASSWORD: oops
                  IMAGE_DIR: /images
                  DB_PASSWORD_FILE: /run/secrets/db
                  SOMETHING_ELSE_ENTIRELY: x
                ---
                stringData:
                  VLLM_API_KEY: x
                  INTERNAL_API_KEY: y
                kind: Secret
                """);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output().replaceAll(" +", " ").lines())
                .containsExactly(
                        "PORT ConfigMap ok",
                        "REDIS_POOL_SIZE ConfigMap delete it: one connection serves all threads",
                        "MAX_QUEU ConfigMap unknown; did you mean MAX_QUEUE?",
                        "DB_PASSWORD ConfigMap move it into the Secret: it is a secret",
                        "IMAGE_DIR ConfigMap ok",
                        "DB_PASSWORD_FILE ConfigMap ok",
                        "SOMETHING_ELSE_ENTIRELY ConfigMap unknown",
                        "VLLM_API_KEY Secret not a setting: passed on, for backends.yaml and routes",
                        "INTERNAL_API_KEY Secret ok");
    }

    @Test
    void encodedAndPlainSecretsAreRead() throws IOException {
        String secret = """
                kind: Secret
                data:
                  INTERNAL_API_KEY: c2VjcmV0
                stringData:
                  DB_PASSWORD: "p\\"a\\\\ss"
                """;
        assertThat(check(secret, "--secrets").output()).isEqualTo("DB_PASSWORD\nINTERNAL_API_KEY\n");
        assertThat(check(secret, "--secret", "INTERNAL_API_KEY").output()).isEqualTo("secret");
        assertThat(check(secret, "--secret", "DB_PASSWORD").output()).isEqualTo("p\"a\\ss");
        assertThat(check(secret, "--secret", "OTHER").status()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind: ConfigMap\ndata: {A: b}\n",
                "kind: ConfigMap\ndata:\n  A:\n    B: c\n",
                "kind: ConfigMap\ndata:\n  A: \"b\n    c\"\n",
                "kind: ConfigMap\ndata:\n  A: {{ .Values.a }}\n",
                "kind: ConfigMap\ndata:\n  A: [b]\n",
                "kind: ConfigMap\ndata:\n  A: b: c\n",
                "kind: ConfigMap\ndata:\n  A: 'b' c\n",
                "kind: Deployment\ndata:\n  A: b\n",
                "data:\n  A: b\n",
                "\n"
            })
    void whatItCannotReadItRefusesWithTheLine(String text) throws IOException {
        Result result = check(text);
        assertThat(result.status()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains("env.yaml");
    }
}
