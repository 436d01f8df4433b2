package io.inference.http.keys;

import io.inference.http.json.JsonFields;
import io.inference.security.keys.NewApiKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/api-keys}. */
public final class NewApiKeyReader {
    private static final int LONGEST = 200;
    private static final int MOST = 64;

    private NewApiKeyReader() {}

    public static NewApiKey read(byte[] body) {
        JsonFields fields = JsonFields.parse(body);
        String name = fields.requiredText("name");
        checkText(fields, "name", name);
        String owner = fields.text("owner");
        if (owner != null) {
            checkText(fields, "owner", owner);
        }
        return new NewApiKey(name, owner, names(fields, "groups"), names(fields, "scopes"), time(fields));
    }

    private static Set<String> names(JsonFields fields, String field) {
        Set<String> names = new LinkedHashSet<>(fields.texts(field));
        if (names.size() > MOST) {
            throw fields.invalid(field, "'" + field + "' may hold at most " + MOST);
        }
        names.forEach(name -> checkText(fields, field, name));
        return names;
    }

    private static void checkText(JsonFields fields, String field, String text) {
        if (text.isBlank() || text.length() > LONGEST || text.chars().anyMatch(Character::isISOControl)) {
            throw fields.invalid(
                    field, "'" + field + "' must have 1 to " + LONGEST + " characters and no control characters");
        }
    }

    private static @Nullable Instant time(JsonFields fields) {
        String text = fields.text("expires_at");
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw fields.invalid("expires_at", "'expires_at' must be a time such as 2030-01-31T12:00:00Z");
        }
    }
}
