package io.inference.database;

/** Starts a PostgreSQL for this process alone if none is configured. */
public interface DatabaseServer {
    /**
     * Starts the server unless it is running; called again after a failure.
     *
     * @param name of the database, created if it does not exist
     * @param poolSize copied into the returned address
     * @throws Exception if it does not start; the message gives the reason
     */
    DatabaseAddress start(String name, int poolSize) throws Exception;
}
