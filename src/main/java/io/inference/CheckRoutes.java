package io.inference;

import io.inference.amqp.consumer.AmqpPublishingPoint;
import io.inference.config.Settings;
import io.inference.grpc.server.GrpcDoor;
import io.inference.http.server.HttpPublishingPoint;
import io.inference.routes.check.RouteFaultsException;
import io.inference.routes.generation.DryRun;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * {@code --check-routes DIR}: reports whether a folder of routes could be served, and its faults; for operators and
 * their CI.
 */
final class CheckRoutes {
    static final String OPTION = "--check-routes";

    private CheckRoutes() {}

    /** The folder that the command line names; null if it names none. */
    static @Nullable Path folder(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].startsWith(OPTION + "=")) {
                return Path.of(args[i].substring(OPTION.length() + 1));
            }
            if (args[i].equals(OPTION)) {
                return Path.of(i + 1 < args.length && !args[i + 1].startsWith("--") ? args[i + 1] : "routes");
            }
        }
        return null;
    }

    /** @return the exit code: 0 if the folder has no faults, 1 if it has */
    static int run(Path folder, String[] args, PrintStream out) {
        try (var definitions = definitions(args)) {
            var check = new DryRun(
                    definitions.getBeanFactory(),
                    new Settings(definitions.getEnvironment()),
                    List.of(new HttpPublishingPoint(), GrpcDoor.forChecks(), AmqpPublishingPoint.forChecks()));
            out.println(folder + ": " + check.check(folder) + " routes, sound");
            return 0;
        } catch (RouteFaultsException e) {
            out.println(e.getMessage());
            out.println(folder + ": " + e.faults().size() + " faults");
            return 1;
        }
    }

    private static AnnotationConfigApplicationContext definitions(String[] args) {
        // This context reads annotations, so that it must not get the definitions of the production jar's build as
        // well.
        System.clearProperty(AotDetector.AOT_ENABLED);
        SpringApplication application = new SpringApplication(InferenceService.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setLogStartupInfo(false);
        application.setApplicationContextFactory(type -> new DefinitionsOnly());
        List<String> options = new ArrayList<>(List.of(args));
        options.removeIf(option -> option.startsWith(OPTION) || !option.startsWith("--"));
        for (String logger : List.of("root", "io.inference", "routes")) {
            options.add("--logging.level." + logger + "=error");
        }
        return (AnnotationConfigApplicationContext) application.run(options.toArray(String[]::new));
    }

    /** Reads the definitions of the service's beans and creates none of them: nothing connects, listens or loads. */
    private static final class DefinitionsOnly extends AnnotationConfigApplicationContext {
        @Override
        protected void finishBeanFactoryInitialization(ConfigurableListableBeanFactory beans) {
            beans.freezeConfiguration();
        }

        @Override
        protected void registerListeners() {}

        @Override
        protected void finishRefresh() {}
    }
}
