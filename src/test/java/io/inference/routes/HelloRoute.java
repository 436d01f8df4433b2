package io.inference.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The service's own routes in a folder, and an additional file that tests edit. */
public final class HelloRoute {
    public static final String FILE = "rest-hello.camel.yaml";

    private HelloRoute() {}

    public static void copyRoutes(Path target) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    public static void write(Path folder, String text) throws IOException {
        Files.writeString(folder.resolve(FILE), of("hello", text));
    }

    /** A route that answers at a path with a text. */
    public static String of(String path, String text) {
        return """
                - route:
                    id: rest-hello-say
                    routeConfigurationId: error-handling
                    description: Says hello.
                    from:
                      id: from-rest-hello-say
                      uri: platform-http
                      parameters:
                        path: /%s
                        httpMethodRestrict: GET
                      steps:
                        - to:
                            id: authenticate-hello
                            description: Find out who is calling
                            uri: direct
                            parameters:
                              name: authenticate
                        - setBody:
                            id: say-hello
                            description: Plain text
                            expression:
                              constant:
                                expression: %s
                """.formatted(path, text);
    }
}
