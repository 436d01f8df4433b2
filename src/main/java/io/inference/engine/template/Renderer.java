package io.inference.engine.template;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Executes statements; output goes to one buffer, which blocks and macros replace while they run. */
final class Renderer {
    /** How a statement ended: on to the next one, or out of the loop's round. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Evaluator evaluator;
    private StringBuilder out = new StringBuilder();

    Renderer(Budget budget, Evaluator evaluator) {
        this.budget = budget;
        this.evaluator = evaluator;
    }

    String render(List<Node> nodes, Scope scope) {
        StringBuilder outer = out;
        out = new StringBuilder();
        run(nodes, scope);
        String result = out.toString();
        out = outer;
        return result;
    }

    private Flow run(List<Node> nodes, Scope scope) {
        budget.enter();
        Flow flow = Flow.NEXT;
        for (int i = 0; i < nodes.size() && flow == Flow.NEXT; i++) {
            flow = run(nodes.get(i), scope);
        }
        budget.leave();
        return flow;
    }

    private Flow run(Node node, Scope scope) {
        budget.work(1);
        switch (node) {
            case Node.Text text -> write(text.text());
            case Node.Output output -> write(Values.text(evaluator.evaluate(output.value(), scope)));
            case Node.Set set -> set(set, scope);
            case Node.BlockSet set ->
                assign(set.target(), set.attribute(), filtered(set.filters(), set.body(), scope), scope, set.line());
            case Node.Filtered filtered -> write(Values.text(filtered(filtered.filters(), filtered.body(), scope)));
            case Node.Macro macro -> scope.set(macro.name(), (Callable) args -> call(macro, args, scope));
            case Node.If branches -> {
                return run(branch(branches, scope), scope);
            }
            case Node.Transparent transparent -> {
                return run(transparent.body(), scope);
            }
            case Node.For loop -> loop(loop, scope);
            case Node.Break b -> {
                return Flow.BREAK;
            }
            case Node.Continue c -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private void write(String text) {
        budget.text(text.length());
        out.append(text);
    }

    private List<Node> branch(Node.If branches, Scope scope) {
        for (Node.Branch branch : branches.branches()) {
            if (Values.truthy(evaluator.evaluate(branch.condition(), scope))) {
                return branch.body();
            }
        }
        return branches.otherwise();
    }

    private void loop(Node.For loop, Scope outer) {
        Object iterable = evaluator.evaluate(loop.iterable(), outer);
        evaluator.at(loop.line());
        List<Object> items = Values.iterate(iterable, budget);
        if (loop.condition() != null) {
            Expr condition = loop.condition();
            items = items.stream()
                    .filter(item -> {
                        Scope scope = new Scope(outer);
                        bind(loop.targets(), item, scope);
                        return Values.truthy(evaluator.evaluate(condition, scope));
                    })
                    .toList();
        }
        if (items.isEmpty()) {
            run(loop.otherwise(), outer);
            return;
        }
        Loop variable = new Loop(items, budget);
        for (int i = 0; i < items.size(); i++) {
            Scope scope = new Scope(outer);
            variable.at(i);
            scope.set("loop", variable);
            bind(loop.targets(), items.get(i), scope);
            if (run(loop.body(), scope) == Flow.BREAK) {
                break;
            }
        }
    }

    private void set(Node.Set set, Scope scope) {
        Object value = evaluator.evaluate(set.value(), scope);
        evaluator.at(set.line());
        if (set.targets().size() == 1) {
            assign(set.targets().getFirst(), set.attribute(), value, scope, set.line());
        } else {
            bind(set.targets(), value, scope);
        }
    }

    private void assign(String target, @Nullable String attribute, Object value, Scope scope, int line) {
        evaluator.at(line);
        if (attribute == null) {
            scope.set(target, value);
        } else if (scope.get(target) instanceof Namespace namespace) {
            namespace.attributes().put(attribute, value);
        } else {
            throw new Failure("cannot set an attribute of '" + target + "', which is no namespace");
        }
    }

    private void bind(List<String> targets, Object value, Scope scope) {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), value);
            return;
        }
        List<Object> parts = Values.iterate(value, budget);
        if (parts.size() != targets.size()) {
            throw new Failure("%d values for %d names".formatted(parts.size(), targets.size()));
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private Object filtered(List<Expr.Filter> filters, List<Node> body, Scope scope) {
        Object value = render(body, new Scope(scope));
        for (Expr.Filter filter : filters) {
            value = evaluator.filter(filter, value, scope);
        }
        return value;
    }

    private String call(Node.Macro macro, Callable.Args args, Scope defined) {
        List<String> parameters = macro.parameters();
        if (args.positional().size() > parameters.size()
                || !Set.copyOf(parameters).containsAll(args.named().keySet())) {
            throw new Failure("macro '%s' takes %s".formatted(macro.name(), parameters));
        }
        Scope scope = new Scope(defined);
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            Object given = args.given(i, parameter);
            scope.set(parameter, given != null ? given : defaultOf(parameter, macro.defaults(), scope));
        }
        return render(macro.body(), scope);
    }

    private Object defaultOf(String parameter, Map<String, Expr> defaults, Scope scope) {
        Expr expression = defaults.get(parameter);
        return expression == null ? new Undefined(parameter) : evaluator.evaluate(expression, scope);
    }
}
