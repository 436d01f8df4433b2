package io.inference.routes.check;

import io.inference.config.Names;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parts of Camel that routes may use. Operators who edit routes deploy code and are trusted; the list keeps a
 * mistake or a copied example from exposing the machine. It is a guard rail, not a sandbox.
 */
public final class AllowList {
    static final Set<String> COMPONENTS = Set.of(
            "bean",
            "direct",
            "grpc",
            "http",
            "https",
            "kserve",
            "log",
            "platform-http",
            "quartz",
            "scheduler",
            "seda",
            "spring-rabbitmq",
            "spring-redis",
            "sql",
            "timer");
    static final Set<String> LANGUAGES = Set.of(
            "bean",
            "constant",
            "exchangeProperty",
            "header",
            "jq",
            "jsonpath",
            "ref",
            "simple",
            "tokenize",
            "variable",
            "xpath");
    /** Languages that can run arbitrary code or read the machine's files and environment. */
    private static final Set<String> REFUSED_LANGUAGES = Set.of(
            "csimple",
            "datasonnet",
            "file",
            "groovy",
            "hl7terser",
            "java",
            "joor",
            "js",
            "mvel",
            "ognl",
            "python",
            "spel",
            "wasm",
            "xquery");

    private final Set<String> added;

    /** @param added names of components and languages beyond the list (ROUTES_ALLOW), separated by commas */
    public AllowList(String added) {
        Set<String> names = new TreeSet<>();
        for (String name : added.split(",")) {
            names.add(name.strip());
        }
        this.added = Set.copyOf(names);
    }

    public boolean component(String scheme) {
        return COMPONENTS.contains(scheme) || added.contains(scheme);
    }

    public boolean language(String name) {
        return LANGUAGES.contains(name) || added.contains(name);
    }

    /** Whether a key of the DSL is an expression in a language that is not allowed. */
    boolean refusedLanguage(String key) {
        return REFUSED_LANGUAGES.contains(key) && !added.contains(key);
    }

    public static String refusal(String what, String name) {
        String hint = what.equals("component") ? Names.didYouMean(name, COMPONENTS) : "";
        return "the " + what + " '" + name + "' is not among those that a route may use"
                + (hint.isEmpty() ? "; ROUTES_ALLOW adds to them" : hint);
    }
}
