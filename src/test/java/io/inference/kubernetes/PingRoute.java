package io.inference.kubernetes;

/** A file of routes that tests edit. */
public final class PingRoute {
    private static final String TEXT = """
            - route:
                id: ping
                description: %s
                from:
                  id: from-ping
                  uri: direct
                  parameters:
                    name: ping
                  steps:
                    - %s:
                        id: say-ping
                        description: Into the log
                        message: ping
            """;

    private PingRoute() {}

    /** @param step its one step, such as {@code log} */
    public static String file(String description, String step) {
        return TEXT.formatted(description, step);
    }
}
