package io.inference.config;

import io.inference.config.SettingKind.ApiKeyText;
import io.inference.config.SettingKind.ConfigFolder;
import io.inference.config.SettingKind.EncryptionKeys;
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

/** Every variable that the service reads. */
public final class KnownSettings {
    private static final Whole PORTS = new Whole(0, 65535);
    private static final Text FOLDER = new Text("a folder");
    private static final Text GROUPS = new Text("names of groups, separated by commas; * for all callers");

    /** In the order of {@code --help} and of the documentation. */
    public static final List<Section> SECTIONS = List.of(
            section(
                    "Server",
                    plain(
                            "PROFILE",
                            new OneOf(List.of("embedded", "production")),
                            "embedded: starts the servers that no setting names; production: they must be named"),
                    plain("HOST", new Text("an address of this machine"), "address that REST and management listen on"),
                    plain("PORT", PORTS, "port of REST; 0 takes any free one"),
                    plain("MANAGEMENT_PORT", PORTS, "port of health checks and metrics; 0 takes any free one"),
                    plain(
                            "TLS_CERT_FILE",
                            new PemFile("certificate, followed by its chain"),
                            "certificate of REST; empty: plain HTTP"),
                    plain(
                            "TLS_KEY_FILE",
                            new PemFile("private key of TLS_CERT_FILE, not encrypted"),
                            "private key of TLS_CERT_FILE"),
                    plain("API_VERSION", new PathPrefix(), "path prefix of the OpenAI API"),
                    plain(
                            "CONFIG_DIR",
                            new ConfigFolder(),
                            "folder of an application.yaml that overrides the defaults, and of backends.yaml;"
                                    + " empty: config, if it exists"),
                    plain("DATA_DIR", FOLDER, "folder for the data of PostgreSQL and other servers started here"),
                    plain("SHUTDOWN_GRACE", new Time(), "time that a stop waits for calls in progress")),
            section(
                    "Logs",
                    plain(
                            "LOG_LEVEL",
                            new OneOf(LogLevels.ALL),
                            "level of this service and its routes; libraries: info or less,"
                                    + " unless --logging.level.<package>=debug"),
                    plain("LOG_FORMAT", new OneOf(List.of("text", "json")), "format of log lines"),
                    plain(
                            "LOG_PROMPTS",
                            new Flag(),
                            "logs the prompt and the answer of each call, one line each;"
                                    + " false: this service logs neither")),
            section(
                    "Routes",
                    plain("ROUTES_DIR", FOLDER, "folder of the *.camel.yaml route files"),
                    plain(
                            "ROUTES_COMMIT",
                            new OneOf(List.of("auto", "manual")),
                            "auto: valid changes take effect at once; manual: they wait until an admin commits them"),
                    plain(
                            "ROUTES_MAX_DRAINING",
                            new Whole(1, 1000),
                            "replaced generations of routes that may finish their calls at the same time"),
                    plain(
                            "ROUTES_ALLOW",
                            new Text("names of Camel components and languages, separated by commas"),
                            "components and languages that routes may use in addition to the safe list"),
                    plain(
                            "EXTENSIONS_DIR",
                            FOLDER,
                            "folder of jars, such as further Camel components, that routes may use")),
            section(
                    "Authentication",
                    plain("AUTH_ISSUER", new Issuer(), "issuer of the callers' tokens"),
                    plain("AUTH_AUDIENCE", new Text("a name"), "audience (aud) that tokens must contain"),
                    plain("AUTH_JWKS_URI", new HttpUrl(), "address of the issuer's keys; empty: from its metadata"),
                    plain(
                            "AUTH_CLIENT_ID",
                            new Text("a client's id"),
                            "client of the issuer for sign-in at /docs and /console and for opaque tokens"),
                    secret("AUTH_CLIENT_SECRET", "secret of AUTH_CLIENT_ID; if set, the issuer checks opaque tokens"),
                    plain(
                            "AUTH_GROUPS_CLAIM",
                            new Text("a claim's name, or a path such as a.b"),
                            "claim of the token that holds the caller's groups"),
                    plain("AUTH_USER_GROUPS", GROUPS, "groups that may use models"),
                    plain(
                            "AUTH_ADMIN_GROUP",
                            GROUPS,
                            "groups of admins, who may also manage API keys, use /admin and read everything"),
                    plain(
                            "AUTH_SCOPE_PREFIX",
                            new Text("the beginning of this service's scopes, such as inference:"),
                            "restricts tokens to their scopes with this prefix; empty: scopes of tokens are ignored"),
                    new Setting(
                            "BOOTSTRAP_API_KEY",
                            new ApiKeyText(),
                            true,
                            "API key of the first admin; valid while this is set"),
                    plain(
                            "DISABLE_AUTH",
                            new Flag(),
                            "accepts callers on this machine without credentials, and no others")),
            section(
                    "Internal paths",
                    secret(
                            "INTERNAL_API_KEY",
                            "keys for /internal, separated by commas; empty: /internal does not exist"),
                    plain("INTERNAL_ALLOWED_IPS", new Networks(), "addresses that may call /internal"),
                    plain("TRUSTED_PROXIES", new Networks(), "proxies whose X-Forwarded-For header is used")),
            section(
                    "Inference services",
                    plain(
                            "BACKENDS_FILE",
                            new Text("a YAML file"),
                            "file of backends; empty: backends.yaml in CONFIG_DIR, or else in the working directory"),
                    plain("INFERENCE_SERVICES_OLLAMA_BASE_URL", new HttpUrl(), "address of Ollama; empty: none"),
                    plain(
                            "INFERENCE_SERVICES_OPENAI_BASE_URL",
                            new HttpUrl(),
                            "address of an OpenAI-compatible server, including its /v1; empty: none"),
                    secret("INFERENCE_SERVICES_OPENAI_API_KEY", "API key of that server"),
                    plain(
                            "INFERENCE_SERVICES_SD_BASE_URL",
                            new HttpUrl(),
                            "address of the server that makes pictures, of the kind IMAGE_BACKEND; empty: none")),
            section(
                    "Images",
                    plain(
                            "IMAGE_BACKEND",
                            new OneOf(List.of("none", "openai", "comfyui", "sdcpp", "automatic1111")),
                            "kind of the server at INFERENCE_SERVICES_SD_BASE_URL"),
                    plain(
                            "IMAGE_GENERATION_ENABLED",
                            new Flag(),
                            "makes and edits pictures; false: pictures that are stored are still served"),
                    plain("IMAGE_DIR", FOLDER, "folder of pictures, one volume for all replicas"),
                    plain(
                            "MAX_IMAGE_SIZE",
                            new Whole(1, 16_384),
                            "pixels that a picture may have a side; its bytes are limited accordingly"),
                    plain(
                            "IMAGE_RETENTION_HOURS",
                            new Whole(0, 876_000),
                            "hours that pictures are kept that were made here; 0: for ever"),
                    plain(
                            "UPLOAD_RETENTION_HOURS",
                            new Whole(0, 876_000),
                            "hours that uploaded pictures are kept; 0: for ever"),
                    plain("IMAGE_SWEEP_PERIOD", new Time(), "time between deletions of pictures kept no longer"),
                    plain(
                            "IMAGE_MIN_FREE_SPACE",
                            new Size(DataSize.ofTerabytes(1024)),
                            "free space of IMAGE_DIR below which no picture is stored"),
                    plain(
                            "IMAGE_QUOTA_BYTES",
                            new Size(DataSize.ofTerabytes(1024)),
                            "total size of a caller's pictures"),
                    plain("IMAGE_QUOTA_FILES", new Whole(0, 100_000_000), "pictures of a caller; 0: no limit"),
                    plain("IMAGE_LINK_TTL", new Time(), "time that a link to a picture is valid"),
                    plain(
                            "PUBLIC_URL",
                            new HttpUrl(),
                            "address by which clients reach this service, for links; empty: links are paths"),
                    plain(
                            "IMAGE_REMOTE_URLS",
                            new Flag(),
                            "fetches the pictures of requests from public servers; false: chats leave that to the"
                                    + " backend, edits refuse it")),
            section(
                    "Local engine",
                    plain(
                            "LOCAL_ENGINE",
                            new OneOf(List.of("auto", "cuda", "cpu", "off")),
                            "auto: on a GPU, else the CPU, else none; cuda, cpu: there, or the service stops;"
                                    + " off: no local model"),
                    plain(
                            "CUDA_DEVICE",
                            new Whole(0, 63),
                            "number of the GPU among those that CUDA_VISIBLE_DEVICES leaves visible"),
                    plain(
                            "LOCAL_DETERMINISTIC",
                            new Flag(),
                            "a GPU computes the same tokens whatever runs beside them; slower for batches and prompts"),
                    plain("LOCAL_MODEL", new Text("a catalogue name or a GGUF file"), "model of the local engine"),
                    plain("MODEL_DIR", FOLDER, "folder of downloaded models"),
                    plain(
                            "LOCAL_CONTEXT_LENGTH",
                            new Whole(16, 1 << 20),
                            "tokens of the longest sequence; empty: what the model allows"),
                    plain("LOCAL_THREADS", new Whole(1, 1024), "threads of the CPU engine; empty: one for each core"),
                    plain("LOCAL_MAX_BATCH", new Whole(1, 256), "sequences decoded at the same time"),
                    secret("HF_TOKEN", "Hugging Face token for models that require one")),
            section(
                    "gRPC",
                    plain(
                            "INFERENCE_SERVICES_HOST",
                            new Text("an address of this machine"),
                            "address that gRPC listens on; empty: HOST"),
                    plain("INFERENCE_SERVICES_PORT", PORTS, "port of gRPC if GRPC_PORT is not set"),
                    plain("GRPC_PORT", PORTS, "port of gRPC; 0 takes any free one"),
                    plain(
                            "GRPC_MAX_WORKERS",
                            new Whole(1, 1024),
                            "event-loop threads; calls run on threads of their own"),
                    plain("GRPC_MAX_MESSAGE_SIZE", new Whole(1024, Integer.MAX_VALUE), "largest message in bytes"),
                    plain(
                            "GRPC_MAX_CONCURRENT_RPCS",
                            new Whole(1, 1_000_000),
                            "gRPC calls in progress at the same time"),
                    plain("GRPC_ENABLE_REFLECTION", new Flag(), "lets clients list the gRPC services by reflection"),
                    plain(
                            "GRPC_REQUIRE_API_KEY",
                            new Flag(),
                            "accepts GRPC_API_KEY in x-api-key, in addition to tokens"),
                    secret("GRPC_API_KEY", "keys for x-api-key, separated by commas; their caller is service:grpc"),
                    plain("GRPC_ALLOWED_IPS", new Networks(), "addresses that may use GRPC_API_KEY"),
                    plain("GRPC_USE_TLS", new Flag(), "serves gRPC with TLS"),
                    plain("GRPC_CERT_FILE", new Text("a PEM file"), "certificate of gRPC, followed by its chain"),
                    plain("GRPC_KEY_FILE", new Text("a PEM file"), "private key of GRPC_CERT_FILE"),
                    plain(
                            "GRPC_CLIENT_CA_FILE",
                            new Text("a PEM file"),
                            "authorities that sign client certificates; empty: none is required")),
            section(
                    "Database",
                    plain(
                            "DB_HOST",
                            new Text("a host name or address"),
                            "host of PostgreSQL; empty: this process starts a server"),
                    plain("DB_PORT", new Whole(1, 65535), "port of PostgreSQL"),
                    plain("DB_USER", new Text("a role"), "user of PostgreSQL"),
                    secret("DB_PASSWORD", "password of DB_USER"),
                    plain("DB_NAME", new Text("a database's name"), "name of the database"),
                    plain(
                            "DB_SSLMODE",
                            new OneOf(List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
                            "TLS to DB_HOST, in the terms of libpq's sslmode"),
                    new Setting(
                            "DB_CONNECTION_STRING",
                            new PostgresAddress(),
                            true,
                            "whole address of PostgreSQL; overrides the other DB_ variables except DB_POOL_SIZE"),
                    plain("DB_POOL_SIZE", new Whole(1, 1000), "connections to PostgreSQL")),
            section(
                    "Redis",
                    plain(
                            "REDIS_ENABLED",
                            new Flag(),
                            "shares rate limits between replicas, copies conversations; false: each counts alone"),
                    plain(
                            "REDIS_HOST",
                            new Text("a host name or address"),
                            "host of Redis; empty: this process starts one if a limit or conversation needs it"),
                    plain("REDIS_PORT", new Whole(1, 65535), "port of Redis"),
                    secret("REDIS_PASSWORD", "password of Redis"),
                    plain("REDIS_DB", new Whole(0, 1_000_000), "number of the Redis database"),
                    plain("REDIS_CONNECT_TIMEOUT", new Time(), "time limit for connecting to Redis"),
                    // At most a day: no conversation that CONVERSATION_RETENTION_DAYS deletes has a copy then.
                    plain(
                            "REDIS_MESSAGE_TTL",
                            new Whole(1, 1440),
                            "minutes that Redis keeps the messages of a conversation after its last turn")),
            section(
                    "RabbitMQ",
                    plain("RABBITMQ_ENABLED", new Flag(), "serves requests from RabbitMQ"),
                    plain(
                            "RABBITMQ_HOST",
                            new Text("a host name or address"),
                            "host of RabbitMQ; empty: this process starts a node if rabbitmq-server is installed"),
                    plain("RABBITMQ_PORT", new Whole(1, 65535), "port of RabbitMQ"),
                    plain("RABBITMQ_USER", new Text("a user"), "user of RabbitMQ"),
                    secret("RABBITMQ_PASSWORD", "password of RABBITMQ_USER; empty: guest"),
                    plain("RABBITMQ_VHOST", new Text("a virtual host"), "virtual host of RabbitMQ"),
                    plain("RABBITMQ_TLS", new Flag(), "connects to RABBITMQ_HOST with TLS and checks its certificate"),
                    plain("RABBITMQ_CONCURRENCY", new Whole(1, 1_000), "consumers of each queue"),
                    plain("RABBITMQ_PREFETCH", new Whole(1, 10_000), "unacknowledged requests of each consumer"),
                    plain(
                            "RABBITMQ_REQUIRE_JWT",
                            new Flag(),
                            "rejects messages without a token in the header authorization")),
            section(
                    "Limits",
                    plain("MAX_REQUEST_SIZE", new Size(DataSize.ofMegabytes(1024)), "largest request body, decoded"),
                    plain(
                            "RECEIVE_TIMEOUT",
                            new Time(),
                            "time limit for a request's head; its body gets one more second for each kilobyte"),
                    plain("MAX_QUEUE", new Whole(1, 1_000_000), "requests that may wait for their first token"),
                    plain("REQUEST_TIMEOUT", new Time(), "time limit for a whole request"),
                    plain("FIRST_TOKEN_TIMEOUT", new Time(), "time limit for a backend's first token"),
                    plain("STREAM_KEEP_ALIVE", new Time(), "silence after which a stream sends a keep-alive"),
                    plain(
                            "RATE_LIMIT_REQUESTS_PER_MINUTE",
                            new Whole(0, 1_000_000_000),
                            "requests a minute for each caller and model; 0: no limit"),
                    plain(
                            "RATE_LIMIT_TOKENS_PER_MINUTE",
                            new Whole(0, 1_000_000_000),
                            "tokens a minute for each caller and model; 0: no limit"),
                    plain(
                            "RATE_LIMIT_STREAMS",
                            new Whole(0, 1_000_000),
                            "open streams for each caller and replica; 0: no limit"),
                    plain(
                            "RATE_LIMIT_GROUPS",
                            new NamedNumbers(List.of("requests", "tokens", "streams"), 1_000_000_000),
                            "rate limits for members of groups; the most generous applies; 0: no limit")),
            section(
                    "Summaries",
                    plain(
                            "SUMMARY_MODEL",
                            new Text("a model's name"),
                            "model of summaries; empty: of a conversation its own model, of texts the local one"),
                    plain("SUMMARY_SYSTEM_PROMPT", new Text("a text"), "system's message to the model that summarizes"),
                    plain(
                            "MASTER_SUMMARY_PROMPT",
                            new Text("a text"),
                            "what follows SUMMARY_SYSTEM_PROMPT if summaries of a conversation are consolidated"),
                    plain(
                            "MESSAGES_BEFORE_SUMMARY",
                            new Whole(1, 1_000),
                            "messages of a conversation that make a summary of level 1"),
                    plain(
                            "SUMMARY_CONTEXT_SHARE",
                            new Share(),
                            "share of the model's context that makes one earlier; 1: their number alone counts"),
                    plain(
                            "KEEP_RECENT_MESSAGES",
                            new Whole(0, 1_000),
                            "newest messages of a conversation, which are never summarized"),
                    plain(
                            "SUMMARIES_BEFORE_CONSOLIDATION",
                            new Whole(2, 100),
                            "summaries of a level that make one of the next level"),
                    plain(
                            "MAX_SUMMARY_LEVELS",
                            new Whole(1, 10),
                            "levels of summaries; those of the last one make the master"),
                    plain(
                            "SUMMARY_WEIGHT_COEFFICIENT",
                            new Share(),
                            "factor by which the importance of a summary falls with each level"),
                    plain(
                            "SUMMARY_LEDGER_TOKENS",
                            new Whole(0, 100_000),
                            "tokens of a prompt for literal values of summarized messages; 0: none"),
                    plain(
                            "LEDGER_MODEL",
                            new Text("a model's name"),
                            "model that looks for further values in messages to be summarized;"
                                    + " empty: they are found by their form alone"),
                    plain("LEDGER_PROMPT", new Text("a text"), "what LEDGER_MODEL is to look for")),
            section(
                    "Jobs and batches",
                    plain("JOB_CONCURRENCY", new Whole(1, 10_000), "jobs that a replica runs at the same time"),
                    plain(
                            "PRIORITY_LOW_SHARE",
                            new Share(),
                            "share of started jobs for lower priorities while higher ones wait; 1: no limit"),
                    plain("JOB_ATTEMPTS", new Whole(1, 100), "attempts to run a job before it fails"),
                    plain("JOB_RETENTION", new Time(), "time that a job and its result are kept after its end"),
                    plain("JOB_SWEEP_PERIOD", new Time(), "time between deletions of jobs that are kept no longer"),
                    plain(
                            "FILE_SWEEP_PERIOD",
                            new Time(),
                            "time between deletions of files whose upload was never completed"),
                    plain(
                            "FILE_STORAGE_LIMIT",
                            new Size(DataSize.ofTerabytes(1)),
                            "total size of a caller's files, input and output of batches")),
            section(
                    "Conversations",
                    plain(
                            "CONVERSATION_WAIT",
                            new Time(),
                            "time that a chat waits for the one before it in its conversation"),
                    plain(
                            "CONVERSATION_RETENTION_DAYS",
                            new Whole(0, 36_500),
                            "days that a conversation is kept after its last change; 0: for ever"),
                    plain(
                            "CONVERSATION_SWEEP_PERIOD",
                            new Time(),
                            "time between deletions of conversations kept no longer, and between encryptions of old"
                                    + " texts"),
                    new Setting(
                            "ENCRYPTION_KEY",
                            new EncryptionKeys(),
                            true,
                            "encrypts what conversations hold: the first key encrypts, all decrypt;"
                                    + " empty: stored as plain text")),
            section(
                    "Kubernetes",
                    plain(
                            "KUBERNETES_ENABLED",
                            new OneOf(List.of("auto", "true", "false")),
                            "watches the cluster; auto: in a pod with a service account's token;"
                                    + " true: required, there or by KUBECONFIG"),
                    plain(
                            "KUBERNETES_NAMESPACE",
                            new Text("a namespace"),
                            "namespace of what is watched; empty: that of the service account or of KUBECONFIG"),
                    plain(
                            "KUBERNETES_ROUTES_CONFIGMAP",
                            new Text("the name of a ConfigMap"),
                            "ConfigMap of the route files, which serves instead of ROUTES_DIR; empty: none"),
                    plain(
                            "KUBERNETES_SETTINGS_CONFIGMAP",
                            new Text("the name of a ConfigMap"),
                            "ConfigMap of the settings, whose changes take effect or are reported; empty: none"),
                    plain(
                            "KUBECONFIG",
                            new Text("a file"),
                            "access to a cluster from outside, if KUBERNETES_ENABLED=true")));

    /** The same, without the sections. */
    public static final List<Setting> ALL =
            SECTIONS.stream().flatMap(section -> section.settings().stream()).toList();

    private static final Map<String, Setting> BY_KEY =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Setting::key, Function.identity()));

    private KnownSettings() {}

    /** @throws IllegalArgumentException for a key that is no setting: an error in the calling code */
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

    private static Section section(String title, Setting... settings) {
        return new Section(title, List.of(settings));
    }

    private static Setting plain(String variable, SettingKind kind, String help) {
        return new Setting(variable, kind, false, help);
    }

    private static Setting secret(String variable, String help) {
        return new Setting(variable, new Text("the secret itself"), true, help);
    }
}
