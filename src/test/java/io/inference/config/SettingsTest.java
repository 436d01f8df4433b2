package io.inference.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
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
        assertThat(settings.path("extensions-dir")).isEqualTo(Path.of("extensions"));
        assertThat(settings.bytes("max-request-size")).isEqualTo(32L << 20);
        assertThat(settings.optionalText("tls-cert-file")).isEmpty();
        assertThat(settings.optionalText("tls-key-file")).isEmpty();
        assertThat(settings.time("receive-timeout")).isEqualTo(Duration.ofSeconds(20));
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
        assertThat(settings.text("inference-services-host")).isEqualTo("127.0.0.1");
        assertThat(settings.whole("inference-services-port")).isEqualTo(50051);
        assertThat(settings.whole("grpc-max-workers")).isEqualTo(10);
        assertThat(settings.whole("grpc-max-message-size")).isEqualTo(104_857_600);
        assertThat(settings.whole("grpc-max-concurrent-rpcs")).isEqualTo(100);
        assertThat(settings.flag("grpc-enable-reflection")).isTrue();
        assertThat(settings.flag("grpc-require-api-key")).isFalse();
        assertThat(settings.optionalText("grpc-api-key")).isEmpty();
        assertThat(settings.optionalText("grpc-allowed-ips")).contains("127.0.0.0/8,::1/128");
        assertThat(settings.flag("grpc-use-tls")).isFalse();
        assertThat(settings.optionalText("grpc-client-ca-file")).isEmpty();
        assertThat(settings.text("local-engine")).isEqualTo("auto");
        assertThat(settings.text("local-model")).isEqualTo("smollm2:135m");
        assertThat(settings.path("model-dir")).isEqualTo(Path.of("models"));
        assertThat(settings.whole("local-max-batch")).isEqualTo(16);
        assertThat(settings.optionalText("bootstrap-api-key")).isEmpty();
        assertThat(settings.path("data-dir")).isEqualTo(Path.of("data"));
        assertThat(settings.optionalText("db-host")).isEmpty();
        assertThat(settings.whole("db-port")).isEqualTo(5432);
        assertThat(settings.text("db-user")).isEqualTo("postgres");
        assertThat(settings.share("priority-low-share")).isEqualTo(0.125);
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
        assertThat(settings.namedNumbers("rate-limit-groups")).isEmpty();
        assertThat(settings.optionalText("auth-scope-prefix")).isEmpty();
        assertThat(settings.whole("max-queue")).isEqualTo(512);
        assertThat(settings.time("job-retention")).isEqualTo(Duration.ofHours(24));
        assertThat(settings.time("job-sweep-period")).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.time("file-sweep-period")).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.time("conversation-wait")).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.whole("conversation-retention-days")).isZero();
        assertThat(settings.time("conversation-sweep-period")).isEqualTo(Duration.ofMinutes(10));
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
    void theGrpcDoorListensElsewhereOnlyWhereItCanTellCallersApart() throws IOException {
        variables.put("INFERENCE_SERVICES_HOST", "0.0.0.0");
        faulty("INFERENCE_SERVICES_HOST holds '0.0.0.0'; it accepts a loopback address only while neither");
        variables.put("DISABLE_AUTH", "true");
        faulty("INFERENCE_SERVICES_HOST holds '0.0.0.0'; it accepts a loopback address only while DISABLE_AUTH=true");
    }

    @Test
    void whatTheGrpcDoorNeedsTogetherIsAskedForTogether() throws IOException {
        variables.put("GRPC_REQUIRE_API_KEY", "true");
        variables.put("GRPC_USE_TLS", "true");
        faulty("GRPC_REQUIRE_API_KEY=true needs GRPC_API_KEY", "GRPC_USE_TLS=true needs GRPC_CERT_FILE");
        variables.put("GRPC_API_KEY", "key");
        variables.put("GRPC_USE_TLS", "false");
        variables.put("GRPC_CLIENT_CA_FILE", "ca.pem");
        faulty("are of no use without GRPC_USE_TLS=true");
    }

    @Test
    void theBackendForPicturesHasAKindAndAnAddress() throws IOException {
        variables.put("IMAGE_BACKEND", "comfyui");
        faulty("IMAGE_BACKEND=comfyui needs INFERENCE_SERVICES_SD_BASE_URL");
        variables.put("INFERENCE_SERVICES_SD_BASE_URL", "http://localhost:8188");
        assertThat(settings().text("image-backend")).isEqualTo("comfyui");
        variables.put("IMAGE_BACKEND", "none");
        faulty("INFERENCE_SERVICES_SD_BASE_URL is of no use without IMAGE_BACKEND");
    }

    @Test
    void theGrpcPortIsThatOfGrpcPortElseOfInferenceServicesPort() throws IOException {
        assertThat(settings().whole("grpc-port")).isEqualTo(50051);
        variables.put("INFERENCE_SERVICES_PORT", "6000");
        assertThat(settings().whole("grpc-port")).isEqualTo(6000);
        variables.put("GRPC_PORT", "7000");
        assertThat(settings().whole("grpc-port")).isEqualTo(7000);
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
    void inProductionSomebodyMustVouchForCallersAndNothingEmbeddedStarts() throws IOException {
        variables.put("PROFILE", "production");
        faulty(
                "PROFILE=production needs AUTH_ISSUER and AUTH_AUDIENCE",
                "PROFILE=production needs DB_HOST or DB_CONNECTION_STRING",
                "PROFILE=production needs REDIS_HOST, or REDIS_ENABLED=false",
                "PROFILE=production needs RABBITMQ_HOST, or RABBITMQ_ENABLED=false");
        variables.put("RABBITMQ_HOST", "broker");
        variables.put("AUTH_ISSUER", "https://login.example");
        variables.put("AUTH_AUDIENCE", "inference");
        variables.put("DB_CONNECTION_STRING", "postgres://u:p@db/inference");
        faulty("PROFILE=production needs REDIS_HOST");
        variables.put("REDIS_ENABLED", "false");
        assertThat(settings().text("profile")).isEqualTo("production");
        variables.put("REDIS_ENABLED", "true");
        variables.put("REDIS_HOST", "redis");
        assertThat(settings().text("profile")).isEqualTo("production");
        variables.remove("AUTH_ISSUER");
        variables.remove("AUTH_AUDIENCE");
        variables.put("BOOTSTRAP_API_KEY", "ik_" + "0".repeat(32));
        assertThat(settings().text("profile")).isEqualTo("production");
        variables.remove("RABBITMQ_HOST");
        variables.put("RABBITMQ_ENABLED", "false");
        assertThat(settings().text("profile")).isEqualTo("production");
    }

    @Test
    void limitsOfGroupsAreReadByTheirNames() throws IOException {
        variables.put("RATE_LIMIT_GROUPS", "gold: requests=600, tokens=200000 , streams=20; role:batch:requests=0;");
        assertThat(settings().namedNumbers("rate-limit-groups"))
                .isEqualTo(Map.of(
                        "gold", Map.of("requests", 600, "tokens", 200_000, "streams", 20),
                        "role:batch", Map.of("requests", 0)));
        variables.put("RATE_LIMIT_GROUPS", "");
        assertThat(settings().namedNumbers("rate-limit-groups")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.0", "0.5", "1e-3", " .25 "})
    void aShareIsAnythingAboveNothingUpToTheWhole(String text) throws IOException {
        variables.put("PRIORITY_LOW_SHARE", text);
        assertThat(settings().share("priority-low-share")).isEqualTo(Double.parseDouble(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "0.0", "-0.1", "1.5", "1.0000001", "NaN", "0x1p-3", "1d", "12%", "0,125", "1e-400", "low"})
    void aShareOfNothingOrOfMoreThanTheWholeIsAFault(String text) {
        variables.put("PRIORITY_LOW_SHARE", text);
        faulty("PRIORITY_LOW_SHARE holds '" + text + "'; it accepts a number above 0, and 1 at most, such as 0.125");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gold",
                "gold:",
                "gold:requests",
                "gold:requests=",
                "gold:requests=-1",
                "gold:requests=many",
                "gold:requests=1,requests=2",
                "gold:request=1",
                "gold:requests=1,",
                ":requests=1",
                "gold:requests=1;gold:tokens=1",
                "gold:requests=9999999999"
            })
    void limitsOfGroupsThatCannotBeReadAreAFault(String text) {
        variables.put("RATE_LIMIT_GROUPS", text);
        faulty("RATE_LIMIT_GROUPS holds '" + text
                + "'; it accepts names with a number for some of requests, tokens, streams,"
                + " each once, such as gold:requests=600,tokens=200000; batch:requests=10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1", "v1/", "v 1", "v1//x", "v1/../x", "api", "api/v1", "internal", "docs"})
    void aPrefixThatPathsCannotBeginWithIsAFault(String prefix) {
        variables.put("API_VERSION", prefix);
        faulty("API_VERSION holds '" + prefix + "'; it accepts a path prefix such as v1 or openai/v1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v2", "openai/v1", "v1.1-beta"})
    void anyOtherPrefixIsTaken(String prefix) throws IOException {
        variables.put("API_VERSION", prefix);
        assertThat(settings().text("api-version")).isEqualTo(prefix);
    }

    @Test
    void callersDoNotReachTheManagementPort() throws IOException {
        variables.put("PORT", "9000");
        variables.put("MANAGEMENT_PORT", "9000");
        faulty("MANAGEMENT_PORT holds '9000', which is PORT as well");
        variables.put("PORT", "0");
        variables.put("MANAGEMENT_PORT", "0");
        assertThat(settings().whole("port")).isZero();
    }

    @Test
    void tlsNeedsTwoFilesThatAreThere(@TempDir Path folder) throws IOException {
        variables.put("TLS_CERT_FILE", folder.resolve("nowhere.crt").toString());
        faulty(
                "TLS_CERT_FILE holds '" + folder.resolve("nowhere.crt") + "'; it accepts a file that can be read",
                "TLS_KEY_FILE is not set; TLS_CERT_FILE and TLS_KEY_FILE go together");
        variables.remove("TLS_CERT_FILE");
        Path key = Files.writeString(folder.resolve("tls.key"), "no PEM");
        variables.put("TLS_KEY_FILE", key.toString());
        faulty("TLS_KEY_FILE holds '" + key + "'; it accepts", "TLS_CERT_FILE is not set");
    }

    @Test
    void blocksOfAddressesAreReadBeforeAnythingStarts() {
        variables.put("INTERNAL_ALLOWED_IPS", "10.0.0.0/33");
        variables.put("TRUSTED_PROXIES", "proxy.example");
        variables.put("GRPC_ALLOWED_IPS", "10.1/16");
        faulty(
                "INTERNAL_ALLOWED_IPS holds '10.0.0.0/33'",
                "TRUSTED_PROXIES holds 'proxy.example'",
                "GRPC_ALLOWED_IPS holds '10.1/16'");
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

    @Test
    void aFileInTheConfigFolderIsAboveTheDefaultsAndBelowTheOtherLayers(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("application.yaml"), "max-queue: 7\njob-attempts: 2\ndb-password: s3${c}ret\n");
        var application = new SpringApplication(SettingsTest.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        try (var context = application.run("--config-dir=" + folder, "--job-attempts=3")) {
            Settings settings = new Settings(context.getEnvironment());
            assertThat(settings.optionalText("db-password")).contains("s3${c}ret");
            assertThat(settings.effective().get("MAX_QUEUE")).isEqualTo(new Settings.Effective("7", "file"));
            assertThat(settings.effective().get("JOB_ATTEMPTS")).isEqualTo(new Settings.Effective("3", "command line"));
            assertThat(settings.effective().get("LOG_FORMAT")).isEqualTo(new Settings.Effective("text", "default"));
        }
    }

    @Test
    void aConfigFolderWithoutItsFileIsAFault(@TempDir Path folder) {
        variables.put("CONFIG_DIR", folder.toString());
        faulty("CONFIG_DIR holds '" + folder + "'; it accepts a folder with an application.yaml");
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
    void encryptionKeysHave32BytesInBase64OrHex(@TempDir Path folder) throws IOException {
        byte[] one = HexFormat.of().parseHex("ab".repeat(32));
        byte[] two = HexFormat.of().parseHex("fb".repeat(32));
        String text = Base64.getUrlEncoder().encodeToString(one) + ",\n" + "fb".repeat(32);
        variables.put(
                "ENCRYPTION_KEY_FILE",
                Files.writeString(folder.resolve("keys"), text).toString());
        Settings settings = settings();
        assertThat(settings.keys("encryption-key")).containsExactly(one, two);
        assertThat(settings.effective().get("ENCRYPTION_KEY").value()).isEqualTo("***");
        variables.remove("ENCRYPTION_KEY_FILE");
        variables.put("ENCRYPTION_KEY", "none, " + Base64.getEncoder().encodeToString(two));
        assertThat(settings().keys("encryption-key")).containsExactly(new byte[0], two);
        for (String wrong : List.of("topsecret", "ab".repeat(31), "ab".repeat(32) + ",none", "none,,")) {
            variables.put("ENCRYPTION_KEY", wrong);
            faulty("ENCRYPTION_KEY holds a value; it accepts keys of 32 bytes in base64 or hex, separated by commas");
        }
    }

    @Test
    void whatAnOperatorSetsIsNoTemplate(@TempDir Path folder) throws IOException {
        variables.put("DB_PASSWORD", "pa${x}ss${port}\\${y}");
        variables.put("AUTH_GROUPS_CLAIM", "${");
        Path file = Files.writeString(folder.resolve("key"), "k${z:secret}\n");
        variables.put("REDIS_PASSWORD_FILE", file.toString());
        Settings settings = settings("--hf-token=hf_${HOME}");
        assertThat(settings.optionalText("db-password")).contains("pa${x}ss${port}\\${y}");
        assertThat(settings.text("auth-groups-claim")).isEqualTo("${");
        assertThat(settings.optionalText("redis-password")).contains("k${z:secret}");
        assertThat(settings.optionalText("hf-token")).contains("hf_${HOME}");
        assertThat(settings.effective().get("HF_TOKEN")).isEqualTo(new Settings.Effective("***", "command line"));
        assertThat(settings.effective().get("AUTH_GROUPS_CLAIM"))
                .isEqualTo(new Settings.Effective("${", "environment"));
    }

    @Test
    void aFaultOfASecretWithAPlaceholderDoesNotShowIt() {
        variables.put("BOOTSTRAP_API_KEY", "ik_${hunter2}");
        faulty("BOOTSTRAP_API_KEY holds a value; it accepts ik_");
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
