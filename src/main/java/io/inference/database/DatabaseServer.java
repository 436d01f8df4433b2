package io.inference.database;

/** What starts a PostgreSQL for this process alone, where none is configured. */
public interface DatabaseServer {
    /**
     * Starts the server, or finds it started; called again after a failure.
     *
     * @param name of the database that shall be there
     * @param poolSize goes into the settings
     * @throws Exception where it does not start; the message says why
     */
    DatabaseAddress start(String name, int poolSize) throws Exception;
}
