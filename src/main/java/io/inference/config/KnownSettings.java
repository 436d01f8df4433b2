package io.inference.config;

import io.inference.config.SettingKind.ApiKeyText;
import io.inference.config.SettingKind.ConfigFolder;
import io.inference.config.SettingKind.Flag;
import io.inference.config.SettingKind.HttpUrl;
import io.inference.config.SettingKind.Issuer;
import io.inference.config.SettingKind.NamedNumbers;
import io.inference.config.SettingKind.Networks;
import io.inference.config.SettingKind.OneOf;
import io.inference.config.SettingKind.PathPrefix;
import io.inference.config.SettingKind.PemFile;
import io.inference.config.SettingKind.PostgresAddress;
import io.inference.config.SettingKind.Share;
import io.inference.config.SettingKind.Size;
import io.inference.config.SettingKind.Text;
import io.inference.config.SettingKind.Time;
import io.inference.config.SettingKind.Whole;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.util.unit.DataSize;

/** Every variable that the service reads, in the order in which {@code --help} shows them. */
public final class KnownSettings {
    private static final Whole PORTS = new Whole(0, 65535);
    private static final Text FOLDER = new Text("a folder");
    private static final Text GROUPS = new Text("names of groups, separated by commas; * for everybody");

    public static final List<Setting> ALL = List.of(
            plain("PORT", PORTS, "port of the REST door; 0 takes any free one"),
            plain(
                    "PROFILE",
                    new OneOf(List.of("embedded", "production")),
                    "embedded: an issuer of our own where none is set"),
            plain("HOST", new Text("an address of this machine"), "address the doors listen on"),
            plain("MANAGEMENT_PORT", PORTS, "port of health and metrics; 0 takes any free one"),
            plain(
                    "TLS_CERT_FILE",
                    new PemFile("certificate, then those that vouch for it"),
                    "certificate of the REST door; empty: plain HTTP"),
            plain("TLS_KEY_FILE", new PemFile("private key of TLS_CERT_FILE, not encrypted"), "that certificate's key"),
            plain("API_VERSION", new PathPrefix(), "path prefix of OpenAI's API"),
            plain(
                    "LOG_LEVEL",
                    new OneOf(LogLevels.ALL),
                    "how much this service and its routes log; libraries log no more than info, --logging.level.<package>=debug opens one"),
            plain("LOG_FORMAT", new OneOf(List.of("text", "json")), "how a log line is written"),
            plain(
                    "LOG_PROMPTS",
                    new Flag(),
                    "logs what each call asks and what it is answered, a line each at info; false: neither is ever logged"),
            plain("ROUTES_DIR", FOLDER, "folder of the *.camel.yaml route files"),
            plain(
                    "ROUTES_ALLOW",
                    new Text("names of Camel components and languages, separated by commas"),
                    "what routes may use beyond the safe list"),
            plain("EXTENSIONS_DIR", FOLDER, "folder of jars, components of Camel among them, that routes may use too"),
            plain(
                    "ROUTES_MAX_DRAINING",
                    new Whole(1, 1000),
                    "replaced sets of routes that may finish their calls at once"),
            plain(
                    "ROUTES_COMMIT",
                    new OneOf(List.of("auto", "manual")),
                    "manual: a changed set of routes waits for an admin"),
            plain(
                    "CONFIG_DIR",
                    new ConfigFolder(),
                    "folder whose application.yaml, with keys such as log-level, overrides the defaults; empty: config, if there"),
            plain("MAX_REQUEST_SIZE", new Size(DataSize.ofMegabytes(1024)), "largest request body"),
            plain(
                    "RECEIVE_TIMEOUT",
                    new Time(),
                    "how long a request's head may take to come; its body gets as long and a second a kilobyte"),
            plain("SHUTDOWN_GRACE", new Time(), "how long a stop waits for answers in the making"),
            plain("AUTH_ISSUER", new Issuer(), "issuer of the tokens that callers bring"),
            plain("AUTH_AUDIENCE", new Text("a name"), "what the tokens' aud must hold"),
            plain("AUTH_JWKS_URI", new HttpUrl(), "where the issuer's keys are; empty: its metadata tells"),
            plain("AUTH_CLIENT_ID", new Text("a client's id"), "what this service and its pages are to the issuer"),
            secret("AUTH_CLIENT_SECRET", "that client's secret; with it the issuer is asked about opaque tokens"),
            plain(
                    "AUTH_GROUPS_CLAIM",
                    new Text("a claim's name, or a path such as a.b"),
                    "where a caller's groups are"),
            plain("AUTH_ADMIN_GROUP", GROUPS, "who may do everything"),
            plain("AUTH_USER_GROUPS", GROUPS, "who may use models"),
            plain(
                    "AUTH_SCOPE_PREFIX",
                    new Text("how scopes of this service begin, such as inference:"),
                    "with it, a token may do what its scopes name, as in inference:chat; empty: scopes of tokens are ignored"),
            plain("DISABLE_AUTH", new Flag(), "lets in everybody on this machine, and nobody else"),
            secret("INTERNAL_API_KEY", "keys of /internal/…, separated by commas; empty: there is no /internal"),
            plain("INTERNAL_ALLOWED_IPS", new Networks(), "from where /internal/… may be asked"),
            plain("TRUSTED_PROXIES", new Networks(), "proxies whose X-Forwarded-For is believed"),
            plain("INFERENCE_SERVICES_OLLAMA_BASE_URL", new HttpUrl(), "where Ollama is; empty for none"),
            plain("INFERENCE_SERVICES_OPENAI_BASE_URL", new HttpUrl(), "an OpenAI-compatible server, up to its /v1"),
            secret("INFERENCE_SERVICES_OPENAI_API_KEY", "key of that server"),
            plain(
                    "INFERENCE_SERVICES_HOST",
                    new Text("an address of this machine"),
                    "address the gRPC door listens on; empty: HOST"),
            plain("INFERENCE_SERVICES_PORT", PORTS, "port of the gRPC door where GRPC_PORT is not set"),
            plain("GRPC_PORT", PORTS, "port of the gRPC door; 0 takes any free one"),
            plain("GRPC_MAX_WORKERS", new Whole(1, 1024), "threads that move bytes; calls have their own"),
            plain("GRPC_MAX_MESSAGE_SIZE", new Whole(1024, Integer.MAX_VALUE), "bytes of the largest message"),
            plain("GRPC_MAX_CONCURRENT_RPCS", new Whole(1, 1_000_000), "gRPC calls under way at once"),
            plain("GRPC_ENABLE_REFLECTION", new Flag(), "whether callers may ask which gRPC services there are"),
            plain("GRPC_REQUIRE_API_KEY", new Flag(), "lets holders of GRPC_API_KEY in, beside those of a token"),
            secret("GRPC_API_KEY", "keys for x-api-key, separated by commas, whose holders are service:grpc"),
            plain("GRPC_ALLOWED_IPS", new Networks(), "from where GRPC_API_KEY may be used"),
            plain("GRPC_USE_TLS", new Flag(), "whether the gRPC door speaks TLS"),
            plain("GRPC_CERT_FILE", new Text("a PEM file"), "the gRPC door's certificates"),
            plain("GRPC_KEY_FILE", new Text("a PEM file, PKCS #8"), "the key of the first of them"),
            plain("GRPC_CLIENT_CA_FILE", new Text("a PEM file"), "who signs callers' certificates; empty: none needed"),
            plain(
                    "LOCAL_ENGINE",
                    new OneOf(List.of("auto", "cpu", "off")),
                    "what runs the local model: auto goes on without one that cannot run, with cpu it ends the service"),
            plain("LOCAL_MODEL", new Text("a catalogue name or a GGUF file"), "the model of the local engine"),
            plain("MODEL_DIR", FOLDER, "where fetched models are kept"),
            plain(
                    "LOCAL_CONTEXT_LENGTH",
                    new Whole(16, 1 << 20),
                    "tokens a sequence may fill; empty: what the model allows"),
            plain("LOCAL_THREADS", new Whole(1, 1024), "threads of the CPU engine; empty: one a core"),
            plain("LOCAL_MAX_BATCH", new Whole(1, 256), "sequences decoded together"),
            secret("HF_TOKEN", "Hugging Face token for models that need one"),
            plain("MAX_QUEUE", new Whole(1, 1_000_000), "requests that may wait for their first token"),
            new Setting(
                    "BOOTSTRAP_API_KEY",
                    new ApiKeyText(),
                    true,
                    "the first admin's API key, for as long as this is set"),
            plain("DATA_DIR", FOLDER, "where PostgreSQL and the like keep their data when this process starts its own"),
            plain(
                    "DB_HOST",
                    new Text("a host name or address"),
                    "PostgreSQL's host; empty: this process starts its own"),
            plain("DB_PORT", new Whole(1, 65535), "PostgreSQL's port"),
            plain("DB_USER", new Text("a role"), "who the service is to PostgreSQL"),
            secret("DB_PASSWORD", "that role's password"),
            plain("DB_NAME", new Text("a database's name"), "the service's database"),
            plain(
                    "DB_SSLMODE",
                    new OneOf(List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
                    "how the connection to DB_HOST is secured"),
            new Setting(
                    "DB_CONNECTION_STRING",
                    new PostgresAddress(),
                    true,
                    "PostgreSQL's whole address; overrides the other DB_ variables but DB_POOL_SIZE"),
            plain("DB_POOL_SIZE", new Whole(1, 1000), "connections to PostgreSQL at once"),
            plain("REDIS_ENABLED", new Flag(), "whether replicas share their limits by Redis"),
            plain(
                    "REDIS_HOST",
                    new Text("a host name or address"),
                    "Redis' host; empty: this process starts its own if needed"),
            plain("REDIS_PORT", new Whole(1, 65535), "Redis' port"),
            secret("REDIS_PASSWORD", "Redis' password"),
            plain("REDIS_DB", new Whole(0, 1_000_000), "number of Redis' database"),
            plain("REDIS_CONNECT_TIMEOUT", new Time(), "how long connecting to Redis may take"),
            plain("RABBITMQ_ENABLED", new Flag(), "whether the RabbitMQ door is open"),
            plain(
                    "RABBITMQ_HOST",
                    new Text("a host name or address"),
                    "RabbitMQ's host; empty: this process starts its own, where a rabbitmq-server is installed"),
            plain("RABBITMQ_PORT", new Whole(1, 65535), "RabbitMQ's port"),
            plain("RABBITMQ_USER", new Text("a user"), "who the service is to RabbitMQ"),
            secret("RABBITMQ_PASSWORD", "that user's password; empty: guest"),
            plain("RABBITMQ_VHOST", new Text("a virtual host"), "RabbitMQ's virtual host"),
            plain(
                    "RABBITMQ_TLS",
                    new Flag(),
                    "whether the connection to RABBITMQ_HOST is TLS, its certificate checked"),
            plain(
                    "RABBITMQ_PREFETCH",
                    new Whole(1, 10_000),
                    "requests that a consumer may hold which have no result yet"),
            plain("RABBITMQ_CONCURRENCY", new Whole(1, 1_000), "consumers of each queue"),
            plain("RABBITMQ_REQUIRE_JWT", new Flag(), "whether a message needs a token in its authorization header"),
            plain(
                    "RATE_LIMIT_REQUESTS_PER_MINUTE",
                    new Whole(0, 1_000_000_000),
                    "requests of a caller to a model in a minute; 0: no limit"),
            plain(
                    "RATE_LIMIT_TOKENS_PER_MINUTE",
                    new Whole(0, 1_000_000_000),
                    "tokens of a caller at a model in a minute; 0: no limit"),
            plain(
                    "RATE_LIMIT_STREAMS",
                    new Whole(0, 1_000_000),
                    "streams that a caller may hold open at a replica; 0: no limit"),
            plain(
                    "RATE_LIMIT_GROUPS",
                    new NamedNumbers(List.of("requests", "tokens", "streams"), 1_000_000_000),
                    "other limits for members of groups, the most generous of several; 0: no limit"),
            plain("JOB_CONCURRENCY", new Whole(1, 10_000), "jobs that a replica runs at once"),
            plain(
                    "PRIORITY_LOW_SHARE",
                    new Share(),
                    "share of the jobs begun that lower priorities get while higher ones wait; 1: as much as comes"),
            plain("JOB_ATTEMPTS", new Whole(1, 100), "runs of a job that may fail before it has failed"),
            plain("JOB_RETENTION", new Time(), "how long a job and its result are kept after its end"),
            plain("JOB_SWEEP_PERIOD", new Time(), "how often jobs that are kept no longer are deleted"),
            plain("FILE_SWEEP_PERIOD", new Time(), "how often files that were begun and never completed are deleted"),
            plain(
                    "FILE_STORAGE_LIMIT",
                    new Size(DataSize.ofTerabytes(1)),
                    "what the files of one caller, batches' input and output, may fill"),
            plain("REQUEST_TIMEOUT", new Time(), "how long a whole request may take"),
            plain("STREAM_KEEP_ALIVE", new Time(), "silence after which a stream is sent a keep-alive, begun or not"),
            plain("FIRST_TOKEN_TIMEOUT", new Time(), "how long a backend may take to its first token"));

    private static final Map<String, Setting> BY_KEY =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Setting::key, Function.identity()));

    private KnownSettings() {}

    /** @throws IllegalArgumentException for a key that is no setting: a fault of the code that asks */
    static Setting byKey(String key) {
        Setting setting = BY_KEY.get(key);
        if (setting == null) {
            throw new IllegalArgumentException("no such setting: " + key);
        }
        return setting;
    }

    public static boolean isKnown(String key) {
        return BY_KEY.containsKey(key);
    }

    private static Setting plain(String variable, SettingKind kind, String help) {
        return new Setting(variable, kind, false, help);
    }

    private static Setting secret(String variable, String help) {
        return new Setting(variable, new Text("the secret itself"), true, help);
    }
}
