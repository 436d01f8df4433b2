package io.inference.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;

class SettingsTest {
    private final Map<String, Object> variables = new LinkedHashMap<>();

    @Test
    void defaultsAreThoseOfTheDocument() throws IOException {
        Settings settings = settings();
        assertThat(settings.whole("port")).isEqualTo(8000);
        assertThat(settings.text("host")).isEqualTo("127.0.0.1");
        assertThat(settings.whole("management-port")).isEqualTo(8081);
        assertThat(settings.text("api-version")).isEqualTo("v1");
        assertThat(settings.text("log-level")).isEqualTo("info");
        assertThat(settings.text("log-format")).isEqualTo("text");
        assertThat(settings.flag("log-prompts")).isFalse();
        assertThat(settings.path("routes-dir")).isEqualTo(Path.of("routes"));
        assertThat(settings.bytes("max-request-size")).isEqualTo(32L << 20);
        assertThat(settings.time("shutdown-grace")).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.text("profile")).isEqualTo("embedded");
        assertThat(settings.optionalText("auth-issuer")).isEmpty();
        assertThat(settings.optionalText("auth-audience")).isEmpty();
        assertThat(settings.optionalUrl("auth-jwks-uri")).isEmpty();
        assertThat(settings.optionalText("auth-client-id")).isEmpty();
        assertThat(settings.optionalText("auth-client-secret")).isEmpty();
        assertThat(settings.text("auth-groups-claim")).isEqualTo("groups");
        assertThat(settings.text("auth-admin-group")).isEqualTo("admins");
        assertThat(settings.text("auth-user-groups")).isEqualTo("*");
        assertThat(settings.flag("disable-auth")).isFalse();
        assertThat(settings.optionalText("internal-api-key")).isEmpty();
        assertThat(settings.optionalText("internal-allowed-ips")).contains("127.0.0.0/8,::1/128");
        assertThat(settings.optionalText("trusted-proxies")).isEmpty();
        assertThat(settings.optionalUrl("inference-services-ollama-base-url"))
                .hasToString("Optional[http://localhost:11434]");
        assertThat(settings.optionalUrl("inference-services-openai-base-url")).isEmpty();
        assertThat(settings.optionalText("inference-services-openai-api-key")).isEmpty();
        assertThat(settings.text("local-engine")).isEqualTo("auto");
        assertThat(settings.text("local-model")).isEqualTo("smollm2:135m");
        assertThat(settings.path("model-dir")).isEqualTo(Path.of("models"));
        assertThat(settings.whole("local-max-batch")).isEqualTo(16);
        assertThat(settings.optionalText("bootstrap-api-key")).isEmpty();
        assertThat(settings.path("data-dir")).isEqualTo(Path.of("data"));
        assertThat(settings.optionalText("db-host")).isEmpty();
        assertThat(settings.whole("db-port")).isEqualTo(5432);
        assertThat(settings.text("db-user")).isEqualTo("postgres");
        assertThat(settings.optionalText("db-password")).isEmpty();
        assertThat(settings.text("db-name")).isEqualTo("inference");
        assertThat(settings.text("db-sslmode")).isEqualTo("prefer");
        assertThat(settings.optionalText("db-connection-string")).isEmpty();
        assertThat(settings.whole("db-pool-size")).isEqualTo(10);
        assertThat(settings.flag("redis-enabled")).isTrue();
        assertThat(settings.optionalText("redis-host")).isEmpty();
        assertThat(settings.whole("redis-port")).isEqualTo(6379);
        assertThat(settings.optionalText("redis-password")).isEmpty();
        assertThat(settings.whole("redis-db")).isZero();
        assertThat(settings.time("redis-connect-timeout")).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.whole("rate-limit-requests-per-minute")).isZero();
        assertThat(settings.whole("rate-limit-tokens-per-minute")).isZero();
        assertThat(settings.whole("rate-limit-streams")).isZero();
        assertThat(settings.whole("max-queue")).isEqualTo(512);
        assertThat(settings.time("request-timeout")).isEqualTo(Duration.ofMinutes(30));
        assertThat(settings.time("first-token-timeout")).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void theCommandLineBeatsTheEnvironmentWhichBeatsTheDefaults() throws IOException {
        variables.put("PORT", "9001");
        variables.put("SHUTDOWN_GRACE", "5s");
        Settings settings = settings("--port=9002");
        assertThat(settings.whole("port")).isEqualTo(9002);
        assertThat(settings.time("shutdown-grace")).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void allFaultsAreToldAtOnceEachInALineThatSaysWhatIsAccepted() {
        variables.put("PORT", "eighty");
        variables.put("LOG_FORMAT", "xml");
        variables.put("HOST", "0.0.0.0");
        variables.put("INFERENCE_SERVICES_OLLAMA_BASE_URL", "ftp://x");
        assertThatThrownBy(() -> settings("--max-request-size=lots", "--prot=1", "stray"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(
                        "PORT holds 'eighty'; it accepts a whole number from 0 to 65535",
                        "LOG_FORMAT holds 'xml'; it accepts one of text, json",
                        "HOST holds '0.0.0.0'; it accepts a loopback address only while neither AUTH_ISSUER",
                        "INFERENCE_SERVICES_OLLAMA_BASE_URL holds 'ftp://x'",
                        "MAX_REQUEST_SIZE holds 'lots'",
                        "--prot is no option; did you mean --port?",
                        "'stray' is no option")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(7));
    }

    @Test
    void theServiceListensElsewhereOnlyWhereItCanTellCallersApart() throws IOException {
        variables.put("HOST", "0.0.0.0");
        faulty("HOST holds '0.0.0.0'");
        variables.put("AUTH_ISSUER", "https://login.example/");
        faulty("AUTH_AUDIENCE is not set", "HOST holds '0.0.0.0'");
        variables.put("AUTH_AUDIENCE", "inference");
        assertThat(settings().text("auth-issuer")).isEqualTo("https://login.example/");
        variables.put("DISABLE_AUTH", "true");
        faulty("HOST holds '0.0.0.0'; it accepts a loopback address only while DISABLE_AUTH=true");
    }

    @Test
    void aClientIsOfAnIssuerAndASecretOfAClient() throws IOException {
        variables.put("AUTH_CLIENT_SECRET", "s3cret");
        faulty("AUTH_CLIENT_SECRET is of no use without AUTH_CLIENT_ID");
        variables.put("AUTH_CLIENT_ID", "inference");
        faulty("AUTH_CLIENT_ID is of no use without AUTH_ISSUER");
        variables.put("AUTH_ISSUER", "https://login.example/");
        variables.put("AUTH_AUDIENCE", "inference");
        assertThat(settings().effective().get("AUTH_CLIENT_SECRET").value()).isEqualTo("***");
    }

    @Test
    void inProductionSomebodyMustVouchForCallers() throws IOException {
        variables.put("PROFILE", "production");
        variables.put("RABBITMQ_HOST", "broker");
        faulty("PROFILE=production needs AUTH_ISSUER and AUTH_AUDIENCE");
        variables.put("AUTH_ISSUER", "https://login.example");
        variables.put("AUTH_AUDIENCE", "inference");
        assertThat(settings().text("profile")).isEqualTo("production");
    }

    @Test
    void inProductionTheRabbitMqDoorNeedsABrokerOrIsClosed() throws IOException {
        variables.put("PROFILE", "production");
        variables.put("BOOTSTRAP_API_KEY", "ik_" + "a".repeat(43));
        faulty("PROFILE=production needs RABBITMQ_HOST, or RABBITMQ_ENABLED=false");
        variables.put("RABBITMQ_ENABLED", "false");
        assertThat(settings().flag("rabbitmq-enabled")).isFalse();
    }

    @Test
    void blocksOfAddressesAreReadBeforeAnythingStarts() {
        variables.put("INTERNAL_ALLOWED_IPS", "10.0.0.0/33");
        variables.put("TRUSTED_PROXIES", "proxy.example");
        faulty("INTERNAL_ALLOWED_IPS holds '10.0.0.0/33'", "TRUSTED_PROXIES holds 'proxy.example'");
    }

    @Test
    void effectiveValuesTellTheirLayerAndNoSecret() throws IOException {
        variables.put("MAX_QUEUE", "7");
        variables.put("INTERNAL_API_KEY", "topsecret");
        Map<String, Settings.Effective> effective = settings("--port=9002").effective();
        assertThat(effective.get("PORT")).isEqualTo(new Settings.Effective("9002", "command line"));
        assertThat(effective.get("MAX_QUEUE")).isEqualTo(new Settings.Effective("7", "environment"));
        assertThat(effective.get("LOG_LEVEL")).isEqualTo(new Settings.Effective("info", "default"));
        assertThat(effective.get("INTERNAL_API_KEY")).isEqualTo(new Settings.Effective("***", "environment"));
        assertThat(effective.toString()).doesNotContain("topsecret");
    }

    private void faulty(String... messages) {
        assertThatThrownBy(this::settings)
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(messages)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(messages.length));
    }

    @Test
    void aSecretIsReadFromItsFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "s3cret\n");
        variables.put("INFERENCE_SERVICES_OPENAI_API_KEY_FILE", file.toString());
        assertThat(settings().optionalText("inference-services-openai-api-key")).contains("s3cret");
    }

    @Test
    void aSecretGivenTwiceOrFromAFileThatIsNotThereIsAFaultThatDoesNotShowIt() {
        variables.put("INFERENCE_SERVICES_OPENAI_API_KEY_FILE", "/nowhere/key");
        variables.put("HF_TOKEN", "hf_verysecret");
        variables.put("HF_TOKEN_FILE", "/nowhere/token");
        assertThatThrownBy(this::settings)
                .hasMessageContaining("INFERENCE_SERVICES_OPENAI_API_KEY_FILE names '/nowhere/key'")
                .hasMessageContaining("HF_TOKEN and HF_TOKEN_FILE are both set")
                .message()
                .doesNotContain("verysecret");
    }

    @Test
    void aBootstrapKeyOrAnAddressOfTheWrongFormIsAFaultThatDoesNotShowIt() {
        variables.put("BOOTSTRAP_API_KEY", "ik_tooshort");
        variables.put("DB_CONNECTION_STRING", "mysql://u:hunter2@h/x");
        assertThatThrownBy(this::settings)
                .hasMessageContaining("BOOTSTRAP_API_KEY holds a value; it accepts ik_ and at least 32")
                .hasMessageContaining("DB_CONNECTION_STRING holds a value; it accepts postgres://")
                .message()
                .doesNotContain("tooshort", "hunter2");
    }

    @Test
    void routesSeeSettingsButNoSecret() throws IOException {
        variables.put("HF_TOKEN", "hf_verysecret");
        Settings settings = settings();
        assertThat(settings.forRoutes("api-version")).contains("v1");
        assertThat(settings.forRoutes("hf-token")).isEmpty();
        assertThat(settings.forRoutes("path")).isEmpty();
    }

    @Test
    void helpNamesEveryVariableWithItsDefault() {
        assertThat(Help.text()).contains("PORT=8000", "SHUTDOWN_GRACE=30s");
        assertThat(KnownSettings.ALL)
                .allSatisfy(setting -> assertThat(Help.text()).contains(setting.variable()));
    }

    private Settings settings(String... args) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        var sources = environment.getPropertySources();
        sources.replace(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        sources.addFirst(new SimpleCommandLinePropertySource(args));
        sources.addLast(new YamlPropertySourceLoader()
                .load("defaults", new ClassPathResource("application.yaml"))
                .getFirst());
        new SettingsCheck().postProcessEnvironment(environment, new SpringApplication());
        return new Settings(environment);
    }
}
