package io.inference.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule of the runbook for migrations: replicas of the version before go on beside the new ones. */
class MigrationsTest {
    private static final Path FOLDER = Path.of("src/main/resources/db/migration");
    private static final Pattern NAME = Pattern.compile("V(\\d+)__\\w+\\.sql");
    /** Those before were released together. */
    private static final int FIRST_UNDER_THE_RULE = 13;

    private static final Pattern COMMENT = Pattern.compile("--.*");
    private static final Pattern COLUMN = Pattern.compile("(?is)\\bADD\\s+COLUMN\\b.*?(?=\\bADD\\s+COLUMN\\b|$)");
    private static final Pattern NOT_NULL = Pattern.compile("(?i)\\bNOT\\s+NULL\\b");
    private static final Pattern DEFAULT = Pattern.compile("(?i)\\b(DEFAULT|GENERATED)\\b");
    /** A statement after this comment may take away what no replica uses any more since an earlier release. */
    private static final Pattern CONTRACT = Pattern.compile("(?m)^-- contract: \\w+");

    private static final Pattern FORBIDDEN = Pattern.compile("(?is)"
            + "\\bDROP\\s+(TABLE|COLUMN|VIEW|TYPE|SCHEMA|FUNCTION|DEFAULT)\\b|\\bTRUNCATE\\b|\\bRENAME\\b"
            + "|\\bALTER\\s+COLUMN\\s+\\S+\\s+(SET\\s+DATA\\s+)?TYPE\\b|\\bSET\\s+NOT\\s+NULL\\b"
            + "|\\bADD\\s+(CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\\b");

    @Test
    void migrationsOnlyAdd() throws IOException {
        List<String> faults = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.toList()) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                assertThat(name.matches()).as(file.toString()).isTrue();
                if (Integer.parseInt(name.group(1)) >= FIRST_UNDER_THE_RULE) {
                    faults(Files.readString(file)).forEach(fault -> faults.add(file.getFileName() + ": " + fault));
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE jobs",
                "ALTER TABLE jobs DROP COLUMN task",
                "ALTER TABLE jobs RENAME COLUMN task TO kind",
                "ALTER TABLE jobs RENAME TO tasks",
                "ALTER TABLE jobs ALTER COLUMN task TYPE integer USING 1",
                "ALTER TABLE jobs ALTER COLUMN task SET NOT NULL",
                "ALTER TABLE jobs ADD COLUMN size integer NOT NULL",
                "ALTER TABLE jobs ADD COLUMN size integer NOT NULL, ADD COLUMN kind text DEFAULT ''",
                "ALTER TABLE jobs\n    ADD CONSTRAINT small CHECK (length(task) < 9)",
                "CREATE TABLE a (b text); -- and then\ndrop table b;"
            })
    void whatReplicasOfTheVersionBeforeCannotBearIsAFault(String sql) {
        assertThat(faults(sql)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE a (b text NOT NULL, UNIQUE (b)); CREATE INDEX a_by_b ON a (b)",
                "ALTER TABLE jobs ADD COLUMN size integer, ADD COLUMN kind text NOT NULL DEFAULT ''",
                "DROP INDEX a_by_b; ALTER TABLE jobs ALTER COLUMN task DROP NOT NULL",
                "-- We do not DROP TABLE jobs.\nALTER TABLE jobs DROP CONSTRAINT small",
                "-- contract: nobody reads it since 1.4\nALTER TABLE jobs DROP COLUMN task;"
            })
    void whatTheyCanBearIsNot(String sql) {
        assertThat(faults(sql)).isEmpty();
    }

    private static List<String> faults(String sql) {
        List<String> faults = new ArrayList<>();
        for (String statement : COMMENT.matcher(sql.replaceAll(CONTRACT.pattern(), "CONTRACT"))
                .replaceAll("")
                .split(";")) {
            boolean forbidden = FORBIDDEN.matcher(statement).find()
                    || COLUMN.matcher(statement)
                            .results()
                            .anyMatch(column -> NOT_NULL.matcher(column.group()).find()
                                    && !DEFAULT.matcher(column.group()).find());
            if (forbidden && !statement.contains("CONTRACT")) {
                faults.add(statement.strip());
            }
        }
        return faults;
    }
}
