package io.inference;

import static org.awaitility.Awaitility.await;

import io.inference.api.backend.ModelInfo;
import io.inference.embedded.SharedPostgres;
import io.inference.engine.Engine;
import io.inference.grpc.server.GrpcDoor;
import io.inference.local.LocalModels;
import io.inference.models.ModelDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole service in this process, on free ports, as {@code main} starts it. */
public final class RunningService implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private RunningService(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * @param options as on the command line; they come after those that choose free ports and turn authentication,
     *     Ollama and the local engine off. All tests of this JVM share a database, unless the options name another
     */
    public static RunningService start(String... options) {
        return startLoading(options).awaitModel();
    }

    /** The same, without waiting for the local model. */
    public static RunningService startLoading(String... options) {
        List<String> all = new ArrayList<>(List.of("--port=0", "--management-port=0"));
        if (Stream.of(options)
                .noneMatch(option -> option.startsWith("--disable-auth") || option.startsWith("--auth-"))) {
            all.add("--disable-auth=true");
        }
        all.addAll(List.of(options));
        if (Stream.of(options).noneMatch(option -> option.startsWith("--grpc-port"))) {
            all.add("--grpc-port=0");
        }
        if (all.stream().noneMatch(option -> option.startsWith("--inference-services-ollama-base-url"))) {
            all.add("--inference-services-ollama-base-url=");
        }
        if (all.stream().noneMatch(option -> option.startsWith("--local-"))) {
            all.add("--local-engine=off");
        }
        if (all.stream().noneMatch(option -> option.startsWith("--db-") || option.startsWith("--data-dir"))) {
            all.addAll(0, SharedPostgres.options());
        }
        if (all.stream().noneMatch(option -> option.startsWith("--rabbitmq-"))) {
            all.add("--rabbitmq-enabled=false");
        }
        keepLast("--image-dir=", all);
        return new RunningService(SpringApplication.run(InferenceService.class, all.toArray(String[]::new)));
    }

    /** A repeated option would be a list: the last one counts. */
    private static void keepLast(String start, List<String> options) {
        List<String> given =
                options.stream().filter(option -> option.startsWith(start)).toList();
        if (given.size() > 1) {
            options.removeAll(given);
            options.add(given.getLast());
        }
    }

    /** The engine of the local model. */
    public Engine engine() {
        return bean(LocalModels.class).model().orElseThrow().engine();
    }

    private RunningService awaitModel() {
        await().atMost(Duration.ofMinutes(5))
                .until(() -> bean(ModelDirectory.class).models().stream()
                        .noneMatch(model -> model.state() == ModelInfo.State.LOADING));
        return this;
    }

    public int port() {
        return ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    }

    public int grpcPort() {
        return bean(GrpcDoor.class).port();
    }

    public int managementPort() {
        return context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
    }

    public String baseUrl() {
        return "http://localhost:" + port();
    }

    public String managementUrl() {
        return "http://localhost:" + managementPort();
    }

    /** Waits for the lists of models of so many backends: the start waits a second at most for them. */
    public RunningService awaitModelLists(int backends) {
        await().until(() -> bean(ModelDirectory.class).backends().stream()
                        .filter(state -> !state.models().isEmpty())
                        .count()
                == backends);
        return this;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    @Override
    public void close() {
        context.close();
    }
}
