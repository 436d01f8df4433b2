package io.inference.database;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * A lock by an advisory lock of PostgreSQL. It ends with its transaction, so that neither a crash nor a lost connection
 * leaves it held. Queries of the work on the same {@link DataSource} and thread are part of that transaction, and need
 * no second connection.
 */
public final class AdvisoryLock implements ReplicaLock {
    private static final String TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))";

    private final DataSourceTransactionManager transactions;
    private final JdbcClient client;

    public AdvisoryLock(DataSource dataSource) {
        this.transactions = new DataSourceTransactionManager(dataSource);
        this.client = JdbcClient.create(dataSource);
    }

    @Override
    public boolean run(String task, Work work) throws Exception {
        TransactionStatus transaction = transactions.getTransaction(new DefaultTransactionDefinition());
        boolean mine;
        try {
            mine = client.sql(TRY).param(task).query(Boolean.class).single();
            if (mine) {
                work.run();
            }
        } catch (Throwable e) {
            transactions.rollback(transaction);
            throw e;
        }
        transactions.commit(transaction);
        return mine;
    }
}
