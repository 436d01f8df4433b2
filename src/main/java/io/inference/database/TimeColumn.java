package io.inference.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Times as columns of the type {@code timestamptz} hold them. */
public final class TimeColumn {
    private TimeColumn() {}

    public static OffsetDateTime of(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    /** Null if the column is. */
    public static @Nullable Instant read(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
