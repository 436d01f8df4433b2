package io.inference.engine.template.run;

import io.inference.engine.template.builtins.Lookup;
import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.parse.Node;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A defined macro, or the body of a {@code call}. */
final class Macro implements Callable, Lookup.Attributes, Repr.Shown {
    /** Renders the body with names of its own. */
    @FunctionalInterface
    interface Body {
        Object render(Node.Macro macro, Scope own);
    }

    private final Node.Macro macro;
    private final Scope defined;
    private final Evaluator evaluator;
    private final Body body;

    Macro(Node.Macro macro, Scope defined, Evaluator evaluator, Body body) {
        this.macro = macro;
        this.defined = defined;
        this.evaluator = evaluator;
        this.body = body;
    }

    @Override
    public Object call(Args args) {
        Map<String, Object> named = new LinkedHashMap<>(args.named());
        List<Object> positional = args.positional();
        List<String> parameters = macro.parameters();
        Scope own = new Scope(defined);
        boolean callerBound = positional.size() >= parameters.size() && parameters.contains("caller");
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            callerBound |= i >= positional.size() && parameter.equals("caller");
            Object given = i < positional.size() ? positional.get(i) : named.remove(parameter);
            own.set(parameter, given != null ? given : otherwise(parameter, own));
        }
        if (macro.usesCaller() && !callerBound) {
            Object caller = named.remove("caller");
            own.set("caller", caller == null || caller instanceof None ? new Undefined("No caller defined") : caller);
        }
        takeRest(named, positional, own);
        return body.render(macro, own);
    }

    private void takeRest(Map<String, Object> named, List<Object> positional, Scope own) {
        if (macro.usesKwargs()) {
            Dict rest = new Dict();
            named.forEach((name, value) -> rest.put(Str.of(name), value));
            own.set("kwargs", rest);
        } else if (!named.isEmpty()) {
            throw new Failure("macro '%s' takes no keyword argument '%s'"
                    .formatted(macro.name(), named.keySet().iterator().next()));
        }
        int count = macro.parameters().size();
        if (macro.usesVarargs()) {
            own.set("varargs", new Tuple(positional.subList(Math.min(count, positional.size()), positional.size())));
        } else if (positional.size() > count) {
            throw new Failure("macro '%s' takes not more than %d argument(s)".formatted(macro.name(), count));
        }
    }

    private Object otherwise(String parameter, Scope own) {
        return macro.defaults().containsKey(parameter)
                ? evaluator.evaluate(macro.defaults().get(parameter), own)
                : new Undefined("parameter '" + parameter + "' was not provided");
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> macro.name().isEmpty() ? None.NONE : Str.of(macro.name());
            case "arguments" ->
                new Tuple(macro.parameters().stream().<Object>map(Str::of).toList());
            case "catch_kwargs" -> macro.usesKwargs();
            case "catch_varargs" -> macro.usesVarargs();
            case "caller" -> macro.usesCaller();
            case "explicit_caller" -> macro.parameters().contains("caller");
            default -> null;
        };
    }

    @Override
    public String shown() {
        return macro.name().isEmpty() ? "<Macro anonymous>" : "<Macro '" + macro.name() + "'>";
    }
}
