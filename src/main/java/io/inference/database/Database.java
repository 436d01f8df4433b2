package io.inference.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.connect.RetryingConnector;
import io.inference.connect.RootCause;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The service's PostgreSQL. It is opened in the background at start-up, with retries until the server answers and the
 * schema is up to date; from then on the pool reconnects by itself. While it is unavailable, {@link #call} fails with
 * {@code UNAVAILABLE}; the rest of the service works.
 */
public final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final String DISK_FULL = "53100";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** How long a call waits for a connection, and for the database to be opened for the first time. */
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(3);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(15);

    private final Callable<DatabaseAddress> source;
    private final RetryingConnector opener;
    private final CountDownLatch firstAttempt = new CountDownLatch(1);
    private volatile @Nullable HikariDataSource pool;
    /** Kept because it caches the statements that it has parsed. */
    private volatile @Nullable JdbcClient client;

    private volatile String state = "starting";

    private Database(Callable<DatabaseAddress> source) {
        this.source = source;
        this.opener = new RetryingConnector("database-opener", FIRST_PAUSE, LONGEST_PAUSE, this::tryToOpen);
    }

    /** @param source gives the address of the database; may start the server. Called until the database is open */
    public static Database open(Callable<DatabaseAddress> source) {
        Database database = new Database(source);
        database.opener.start();
        return database;
    }

    /**
     * Runs a query.
     *
     * @throws InferenceException with {@code UNAVAILABLE} if the database cannot be reached, {@code STORAGE_FULL} if
     *     its disk is full
     */
    public <T extends @Nullable Object> T call(Function<JdbcClient, T> work) {
        HikariDataSource open = opened();
        try {
            return work.apply(clientOf(open));
        } catch (DataAccessResourceFailureException | TransientDataAccessException | RecoverableDataAccessException e) {
            throw failed(e);
        }
    }

    /**
     * Runs several queries as one transaction, on one connection. After {@code UNAVAILABLE} it may have been committed
     * all the same.
     *
     * @throws InferenceException as {@link #call}
     */
    public <T extends @Nullable Object> T transaction(Function<JdbcClient, T> work) {
        HikariDataSource open = opened();
        var transactions = new TransactionTemplate(new DataSourceTransactionManager(open));
        try {
            return transactions.execute(status -> work.apply(clientOf(open)));
        } catch (DataAccessResourceFailureException
                | TransientDataAccessException
                | RecoverableDataAccessException
                | TransactionException e) {
            throw failed(e);
        }
    }

    private static InferenceException failed(RuntimeException e) {
        log.warn("the database query failed: {}", RootCause.message(e));
        return isFull(e)
                ? new InferenceException(ErrorCode.STORAGE_FULL, "the database has no room left", e)
                : unavailable();
    }

    /**
     * The same pool for code that needs a {@code DataSource}, such as a route's {@code sql} steps.
     *
     * @return its connections fail with {@code UNAVAILABLE}, as {@link #call} does, while the database cannot be
     *     reached
     */
    public DataSource dataSource() {
        return new AbstractDataSource() {
            @Override
            public Connection getConnection() {
                try {
                    return opened().getConnection();
                } catch (SQLException e) {
                    log.warn("the database query failed: {}", RootCause.message(e));
                    throw unavailable();
                }
            }

            @Override
            public Connection getConnection(String user, String password) throws SQLException {
                throw new SQLFeatureNotSupportedException("connections use the service's own database user");
            }
        };
    }

    /** State for operators: {@code up}, {@code starting}, or the reason why it cannot be reached. */
    public String state() {
        if (pool == null) {
            return state;
        }
        try {
            return call(client -> client.sql("SELECT 'up'").query(String.class).single());
        } catch (InferenceException e) {
            return "cannot be reached";
        }
    }

    private JdbcClient clientOf(HikariDataSource open) {
        JdbcClient known = client;
        return known == null ? JdbcClient.create(open) : known;
    }

    private HikariDataSource opened() {
        HikariDataSource open = pool;
        if (open == null) {
            try {
                boolean tried = firstAttempt.await(FIRST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
                open = tried ? pool : null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (open == null) {
            throw unavailable();
        }
        return open;
    }

    private static boolean isFull(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && DISK_FULL.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static InferenceException unavailable() {
        return InferenceException.retryLater(
                ErrorCode.UNAVAILABLE, "the database cannot be reached; try again later", RETRY_AFTER);
    }

    /** Every failure is retried: the server may not be up yet, or an operator may be about to correct the cause. */
    @SuppressWarnings("CatchingUnchecked")
    private boolean tryToOpen() throws InterruptedException {
        HikariDataSource candidate = null;
        try {
            DatabaseAddress settings = source.call();
            candidate = pool(settings);
            migrate(settings);
            publish(candidate);
            firstAttempt.countDown();
            log.info("database {}", settings);
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            if (candidate != null) {
                candidate.close();
            }
            String reason = RootCause.message(e);
            if (!reason.equals(state) && !opener.isClosed()) {
                log.warn("the database cannot be opened, retrying: {}", reason);
            }
            state = reason;
            firstAttempt.countDown();
            return false;
        }
    }

    private synchronized void publish(HikariDataSource candidate) throws InterruptedException {
        if (opener.isClosed()) {
            throw new InterruptedException();
        }
        client = JdbcClient.create(candidate);
        pool = candidate;
    }

    private static HikariDataSource pool(DatabaseAddress settings) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("database");
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_WAIT.toMillis());
        config.setValidationTimeout(CONNECTION_WAIT.toMillis() / 2);
        config.setInitializationFailTimeout(1);
        Properties properties = properties();
        properties.setProperty("socketTimeout", "60");
        config.setDataSourceProperties(properties);
        return new HikariDataSource(config);
    }

    /**
     * On connections of its own: Flyway holds two at once, however small the pool is, and a change of a large table may
     * take longer than a query.
     */
    private static void migrate(DatabaseAddress settings) {
        Properties properties = properties();
        if (settings.user() != null) {
            properties.setProperty("user", settings.user());
        }
        if (settings.password() != null) {
            properties.setProperty("password", settings.password());
        }
        Flyway.configure()
                .dataSource(new DriverManagerDataSource(settings.url(), properties))
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    /** Those of every connection; the address may name others. */
    private static Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "inference-service");
        properties.setProperty("connectTimeout", "3");
        properties.setProperty("tcpKeepAlive", "true");
        // The details of an error hold values of rows.
        properties.setProperty("logServerErrorDetail", "false");
        return properties;
    }

    @Override
    public void close() {
        HikariDataSource open;
        synchronized (this) {
            opener.close();
            open = pool;
        }
        firstAttempt.countDown();
        if (open != null) {
            open.close();
        }
    }
}
