package io.inference.embedded;

import io.inference.broker.NoBrokerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of a RabbitMQ that is installed on this machine.
 *
 * @param server starts a node
 * @param epmd tells nodes each other's ports
 */
record RabbitPrograms(Path server, Path epmd) {
    /** Debian wraps the server's own script in one that changes the user and the folder. */
    private static final Path DEBIANS_OWN = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

    /**
     * @param path folders, as in the variable PATH
     * @throws NoBrokerException if there is no server in them
     */
    static RabbitPrograms find(String path) throws NoBrokerException {
        Path server = onPath(path, "rabbitmq-server")
                .orElseThrow(
                        () -> new NoBrokerException("RABBITMQ_HOST is not set and there is no rabbitmq-server on the"
                                + " PATH; set the one, or install the other"
                                + " (Debian: apt-get install rabbitmq-server)"));
        Path epmd = onPath(path, "epmd")
                .or(() -> onPath(path, "erl").flatMap(RabbitPrograms::beside))
                .orElseThrow(
                        () -> new NoBrokerException("RABBITMQ_HOST is not set, and of the rabbitmq-server on the PATH"
                                + " Erlang's epmd was not found; put it on the PATH"));
        boolean wrapped = server.startsWith("/usr/sbin") && Files.isExecutable(DEBIANS_OWN);
        return new RabbitPrograms(wrapped ? DEBIANS_OWN : server, epmd);
    }

    private static Optional<Path> onPath(String path, String program) {
        return Stream.of(path.split(java.io.File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Optional<Path> beside(Path erl) {
        try {
            return Optional.of(erl.toRealPath().resolveSibling("epmd")).filter(Files::isExecutable);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
