package io.inference.routes.check;

import io.inference.routes.door.RouteFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Searches the text of route files for what {@link AllowList} does not allow and for endless loops. */
public final class RouteSafety {
    private static final Set<String> TOP = Set.of(
            "route",
            "routeConfiguration",
            "from",
            "routeTemplate",
            "templatedRoute",
            "onException",
            "onCompletion",
            "intercept",
            "interceptFrom",
            "interceptSendToEndpoint",
            "errorHandler");
    private static final Set<String> ADDRESSED = Set.of("from", "to", "toD", "wireTap", "uri", "deadLetterUri");
    private static final Set<String> CLASSES =
            Set.of("beanType", "beanClass", "scriptLanguage", "initMethod", "factoryBean");
    private static final Set<String> BEAN_NAMES = Set.of("ref", "beanName", "method");
    /** Text before parentheses that Camel would interpret as a class if there is no bean of that name. */
    private static final Pattern CLASS_NAME = Pattern.compile("[^(?{]*\\w[.]\\w+[.]\\w[^{]*", Pattern.DOTALL);

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)(?::.*)?", Pattern.DOTALL);
    private static final Pattern MACHINE =
            Pattern.compile("(?:\\{\\{\\??|\\$(?:simple)?\\{)\\s*(env|sys|sysenv|service|bean|type)[:.]([^}]*)}");
    private static final Pattern NAMED_BEAN =
            Pattern.compile("[A-Za-z][\\w-]*(?:(?:\\?method=|::|[.])[A-Za-z]\\w*(?:\\(.*\\))?)?\\s*");
    private static final Pattern CLASS = Pattern.compile("#(?:class|type|valueAs)[:(]|\\$(?:simple)?\\{"
            + "[^}]*(?:getClass|[.]class\\b|classLoader|[cC]amelContext|getContext"
            + "|exchange[?]?[.]context)[^}]*}");
    private static final int MAX_REDELIVERIES = 100;

    private final AllowList allowed;
    private final String file;
    private final List<RouteFault> faults = new ArrayList<>();

    private RouteSafety(AllowList allowed, String file) {
        this.allowed = allowed;
        this.file = file;
    }

    public static List<RouteFault> check(Map<String, String> contents, AllowList allowed) {
        return contents.entrySet().parallelStream()
                .flatMap(file -> check(file.getKey(), file.getValue(), allowed).stream())
                .toList();
    }

    private static List<RouteFault> check(String file, String text, AllowList allowed) {
        RouteSafety safety = new RouteSafety(allowed, file);
        try {
            new Compose(LoadSettings.builder().build()).composeString(text).ifPresent(safety::checkFile);
        } catch (YamlEngineException e) {
            // The loader reports it, with its line.
            return List.of();
        }
        return safety.faults;
    }

    private void checkFile(Node root) {
        if (root instanceof SequenceNode list) {
            for (Node entry : list.getValue()) {
                if (entry instanceof MappingNode mapping) {
                    mapping.getValue().forEach(tuple -> checkTop(tuple.getKeyNode()));
                }
            }
        }
        walk(root, "");
    }

    private void checkTop(Node key) {
        String name = scalar(key);
        if (!TOP.contains(name)) {
            fault(key, "", "'" + name + "' is not for route files: beans and listeners are the service's own");
        }
    }

    private void walk(Node node, String step) {
        switch (node) {
            case MappingNode mapping -> {
                String id = id(mapping, step);
                mapping.getValue().forEach(tuple -> checkEntry(tuple, id));
            }
            case SequenceNode list -> list.getValue().forEach(element -> walk(element, step));
            case ScalarNode text -> checkText(text, step);
            default -> {}
        }
    }

    private void checkEntry(NodeTuple entry, String step) {
        String key = scalar(entry.getKeyNode());
        Node value = entry.getValueNode();
        String text = scalar(value);
        if (ADDRESSED.contains(key) && value instanceof ScalarNode) {
            checkAddress(value, text, step);
        } else if (allowed.refusedLanguage(key)
                || key.equals("language") && !text.isEmpty() && !allowed.language(text)) {
            fault(value, step, AllowList.refusal("language", key.equals("language") ? text : key));
        } else if (CLASSES.contains(key)) {
            fault(value, step, "'" + key + "' makes a bean of a class: use one of the service's beans by 'ref'");
        } else if (BEAN_NAMES.contains(key) && CLASS_NAME.matcher(text).matches()) {
            fault(value, step, "'" + text + "' is the name of a class: use one of the service's beans");
        } else if (key.equals("maximumRedeliveries")) {
            checkRedeliveries(value, text, step);
        }
        walk(value, step);
    }

    private void checkAddress(Node node, String uri, String step) {
        Matcher scheme = SCHEME.matcher(uri.strip());
        if (!scheme.matches()) {
            fault(node, step, "the address '" + uri + "' does not begin with a component's name");
        } else if (!allowed.component(scheme.group(1))) {
            fault(node, step, AllowList.refusal("component", scheme.group(1)));
        } else if (scheme.group(1).equals("bean") && CLASS_NAME.matcher(uri).matches()) {
            fault(node, step, "'" + uri + "' names a class: use one of the service's beans");
        }
    }

    private void checkRedeliveries(Node node, String text, String step) {
        boolean bounded =
                text.matches("\\d{1,3}") && Integer.parseInt(text) <= MAX_REDELIVERIES || text.startsWith("{{");
        if (!bounded) {
            fault(
                    node,
                    step,
                    "maximumRedeliveries is 0 to " + MAX_REDELIVERIES + ", so that no exchange goes round for ever");
        }
    }

    private void checkText(ScalarNode node, String step) {
        String text = node.getValue();
        Matcher machine = MACHINE.matcher(text);
        while (machine.find()) {
            if (!machine.group(1).equals("bean")) {
                fault(node, step, "'" + machine.group() + "' reads the machine: use a {{setting}}");
            } else if (!NAMED_BEAN.matcher(machine.group(2)).matches()) {
                fault(node, step, "'" + machine.group() + "' reaches for a class: use one of the service's beans");
            }
        }
        Matcher type = CLASS.matcher(text);
        if (type.find()) {
            fault(node, step, "'" + type.group() + "' reaches for a class: use one of the service's beans");
        }
    }

    private static String id(MappingNode mapping, String otherwise) {
        for (NodeTuple entry : mapping.getValue()) {
            if (scalar(entry.getKeyNode()).equals("id")) {
                return scalar(entry.getValueNode());
            }
        }
        return otherwise;
    }

    private static String scalar(Node node) {
        return node instanceof ScalarNode text ? text.getValue() : "";
    }

    private void fault(Node node, String step, String message) {
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        faults.add(new RouteFault(file, line, step, message));
    }
}
