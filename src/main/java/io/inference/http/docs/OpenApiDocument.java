package io.inference.http.docs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.security.issuer.SignIn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The OpenAPI document: what {@code openapi/openapi.yaml} has for the paths that are served, and what is known of those
 * that operators added. Paths that it describes but no route serves are left out.
 */
final class OpenApiDocument {
    private static final String WRITTEN_PREFIX = "/v1/";
    private static final Pattern VARIABLE = Pattern.compile("\\{\\*?([^}:]+)(?::[^}]*)?}");

    /** Marks operations that the service serves itself, without routes. */
    private static final String NOT_A_ROUTE = "x-not-a-route";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode written;

    /**
     * @param apiPrefix the path below which OpenAI's format is spoken, such as {@code /v1}
     * @param version of the service
     */
    OpenApiDocument(String apiPrefix, String version) {
        this.written = load();
        ((ObjectNode) written.path("info")).put("version", version);
        ObjectNode paths = JSON.createObjectNode();
        written.path("paths").properties().forEach(path -> {
            String name = path.getKey();
            boolean prefixed = name.startsWith(WRITTEN_PREFIX);
            paths.set(prefixed ? apiPrefix + "/" + name.substring(WRITTEN_PREFIX.length()) : name, path.getValue());
        });
        written.set("paths", paths);
    }

    /**
     * The document for the paths that are served now.
     *
     * @param signIn where users get a token by authorization code; null if unknown
     */
    byte[] json(Collection<PublishedPaths.Path> published, SignIn.@Nullable Endpoints signIn) {
        ObjectNode document = written.deepCopy();
        if (signIn != null) {
            describe(signIn, document);
        }
        ObjectNode paths = (ObjectNode) document.path("paths");
        Map<String, PublishedPaths.Path> served = new TreeMap<>();
        published.forEach(path -> served.put(key(path.method(), plain(path.path())), path));
        leaveOutWhatIsNotServed(paths, served.keySet());
        served.values().forEach(path -> {
            String method = path.method().toLowerCase(Locale.ROOT);
            ObjectNode operations = paths.withObjectProperty(plain(path.path()));
            if (!operations.has(method)) {
                operations.set(method, operation(path));
            }
        });
        try {
            return JSON.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A second security scheme, by which the page itself can get the bearer token. */
    private static void describe(SignIn.Endpoints signIn, ObjectNode document) {
        ObjectNode scheme = document.withObject("/components/securitySchemes/signIn");
        scheme.put("type", "oauth2").put("description", "Signs in at the issuer (authorization code with PKCE).");
        ObjectNode flow = scheme.withObject("/flows/authorizationCode");
        flow.put("authorizationUrl", signIn.authorization().toString());
        flow.put("tokenUrl", signIn.token().toString());
        flow.putObject("scopes").put("openid", "who you are");
        document.withArrayProperty("security").addObject().putArray("signIn");
    }

    private static void leaveOutWhatIsNotServed(ObjectNode paths, Collection<String> served) {
        for (Iterator<Map.Entry<String, JsonNode>> all = paths.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> path = all.next();
            ObjectNode operations = (ObjectNode) path.getValue();
            for (Iterator<Map.Entry<String, JsonNode>> each = operations.fields(); each.hasNext(); ) {
                Map.Entry<String, JsonNode> operation = each.next();
                boolean ownAnswer = ((ObjectNode) operation.getValue()).remove(NOT_A_ROUTE) != null;
                if (!ownAnswer && !served.contains(key(operation.getKey(), path.getKey()))) {
                    each.remove();
                }
            }
            if (operations.isEmpty()) {
                all.remove();
            }
        }
    }

    /** Description of an operation that an operator added: its route's id and description, and its variables. */
    private static ObjectNode operation(PublishedPaths.Path path) {
        ObjectNode operation = JSON.createObjectNode();
        operation.putArray("tags").add("Added by routes");
        operation.put("operationId", path.routeId() + "-" + path.method().toLowerCase(Locale.ROOT));
        operation.put("summary", path.description().isEmpty() ? path.routeId() : path.description());
        Matcher variables = VARIABLE.matcher(path.path());
        while (variables.find()) {
            ObjectNode parameter = operation.withArrayProperty("parameters").addObject();
            parameter.put("name", variables.group(1)).put("in", "path").put("required", true);
            parameter.putObject("schema").put("type", "string");
        }
        operation.putObject("responses").putObject("default").put("description", "What the route answers");
        return operation;
    }

    private static String key(String method, String path) {
        return method.toUpperCase(Locale.ROOT) + " " + path;
    }

    /** The path as OpenAPI writes it: no patterns, no wildcards. */
    private static String plain(String path) {
        return VARIABLE.matcher(path).replaceAll("{$1}");
    }

    private static ObjectNode load() {
        try (InputStream in = OpenApiDocument.class.getResourceAsStream("/openapi/openapi.yaml")) {
            return JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
