package io.inference.conversation;

import io.inference.RunningService;
import io.inference.database.Database;
import io.inference.redis.RedisAddress;
import io.inference.redis.RedisSource;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds a text wherever a service stores anything: in every column of its database, and every key of its Redis. */
final class StoredTraces {
    private StoredTraces() {}

    /** The columns and keys that hold a text, in any case of its letters. */
    static List<String> of(RunningService service, String text) throws Exception {
        List<String> traces = new ArrayList<>(columns(service, text));
        traces.addAll(keys(service, text));
        return traces;
    }

    private static List<String> columns(RunningService service, String text) {
        return service.bean(Database.class).call(client -> {
            List<Map<String, Object>> columns = client.sql("""
                            SELECT quote_ident(table_name) AS name, quote_ident(column_name) AS col, data_type AS type
                            FROM information_schema.columns WHERE table_schema = 'public'
                            """).query().listOfRows();
            return columns.stream()
                    .filter(column -> {
                        String found = column.get("type").equals("bytea")
                                ? "position(convert_to(:text, 'UTF8') IN %s) > 0"
                                : "position(lower(:text) IN lower(CAST(%s AS text))) > 0";
                        return client.sql(("SELECT EXISTS (SELECT 1 FROM %s WHERE " + found + ")")
                                        .formatted(column.get("name"), column.get("col")))
                                .param("text", text)
                                .query(Boolean.class)
                                .single();
                    })
                    .map(column -> column.get("name") + "." + column.get("col"))
                    .toList();
        });
    }

    private static List<String> keys(RunningService service, String text) throws Exception {
        RedisAddress address = service.bean(RedisSource.class).address().call();
        RedisURI uri = RedisURI.Builder.redis(address.host(), address.port())
                .withDatabase(address.database())
                .build();
        if (address.password() != null) {
            uri.setCredentialsProvider(
                    RedisCredentialsProvider.from(() -> RedisCredentials.just(null, address.password())));
        }
        RedisClient client = RedisClient.create(uri);
        try (var connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            return commands.keys("*").stream()
                    .filter(key -> (key + value(commands, key))
                            .toLowerCase(Locale.ROOT)
                            .contains(text.toLowerCase(Locale.ROOT)))
                    .toList();
        } finally {
            client.shutdown();
        }
    }

    private static String value(RedisCommands<String, String> commands, String key) {
        return switch (commands.type(key)) {
            case "string" -> String.valueOf(commands.get(key));
            case "hash" -> commands.hgetall(key).toString();
            case "list" -> commands.lrange(key, 0, -1).toString();
            case "set" -> commands.smembers(key).toString();
            case "zset" -> commands.zrange(key, 0, -1).toString();
            case "none" -> "";
            case String other -> throw new IllegalStateException(key + " is a " + other);
        };
    }
}
