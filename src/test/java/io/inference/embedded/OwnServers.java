package io.inference.embedded;

import io.inference.broker.BrokerAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A broker and a PostgreSQL of one test, which it may stop and start again with their data. */
public final class OwnServers implements AutoCloseable {
    private final RabbitNode broker;
    private final OwnPostgres postgres;
    private BrokerAddress brokerSettings;

    /** @param folder of the broker's data */
    public OwnServers(Path folder, String database) throws Exception {
        broker = new RabbitNode(folder, System.getenv("PATH"));
        brokerSettings = broker.start();
        postgres = new OwnPostgres(database);
    }

    public BrokerAddress broker() {
        return brokerSettings;
    }

    public void restartBroker() throws Exception {
        broker.halt();
        brokerSettings = broker.start();
    }

    public OwnPostgres postgres() {
        return postgres;
    }

    /** The service's options that name both. */
    public List<String> options() {
        URI address = URI.create(postgres.settings().url().substring("jdbc:".length()));
        List<String> options = new ArrayList<>(SharedRabbit.options(brokerSettings));
        options.addAll(List.of(
                "--db-host=" + address.getHost(),
                "--db-port=" + address.getPort(),
                "--db-user=" + postgres.settings().user(),
                "--db-password=" + postgres.settings().password(),
                "--db-name=" + address.getPath().substring(1)));
        return options;
    }

    @Override
    public void close() throws Exception {
        postgres.close();
        broker.close();
    }
}
