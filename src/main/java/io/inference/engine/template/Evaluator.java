package io.inference.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions. */
final class Evaluator {
    private final Budget budget;
    private final Filters filters;
    private final Tests tests;
    private int line;

    Evaluator(Budget budget) {
        this.budget = budget;
        this.tests = new Tests(budget);
        this.filters = new Filters(budget, tests);
    }

    /** The line of what was evaluated last, for error messages. */
    int line() {
        return line;
    }

    void at(int newLine) {
        line = newLine;
    }

    Object evaluate(Expr expression, Scope scope) {
        budget.enter();
        line = expression.line();
        Object value = switch (expression) {
            case Expr.Literal literal -> literal.value();
            case Expr.Name name -> scope.get(name.name());
            case Expr.Attribute attribute -> attribute(attribute, scope);
            case Expr.Item item -> item(evaluate(item.target(), scope), evaluate(item.index(), scope));
            case Expr.Slice slice -> slice(slice, scope);
            case Expr.Call call -> call(call, scope);
            case Expr.Filter filter -> filter(filter, evaluate(filter.input(), scope), scope);
            case Expr.Test test -> {
                Object input = evaluate(test.input(), scope);
                Callable.Args args = arguments(test.arguments(), scope);
                line = test.line();
                yield tests.test(test.name(), input, args) != test.negated();
            }
            case Expr.Unary unary -> unary(unary, evaluate(unary.operand(), scope));
            case Expr.Binary binary -> binary(binary, scope);
            case Expr.Comparison comparison -> comparison(comparison, scope);
            case Expr.Conditional conditional -> conditional(conditional, scope);
            case Expr.ListOf list -> {
                List<Object> elements = new ArrayList<>();
                for (Expr element : list.elements()) {
                    elements.add(evaluate(element, scope));
                }
                yield elements;
            }
            case Expr.DictOf dict -> dict(dict, scope);
        };
        budget.leave();
        return value;
    }

    /** Applies a filter to a value that is not its input expression: the body of a block. */
    Object filter(Expr.Filter filter, Object input, Scope scope) {
        Callable.Args args = arguments(filter.arguments(), scope);
        line = filter.line();
        return filters.apply(filter.name(), input, args);
    }

    private Object attribute(Expr.Attribute attribute, Scope scope) {
        Object target = evaluate(attribute.target(), scope);
        line = attribute.line();
        String name = attribute.name();
        return switch (target) {
            case Undefined u -> throw u.used();
            case Namespace namespace -> namespace.attributes().getOrDefault(name, new Undefined(name));
            case Loop loop -> loop.attribute(name);
            case Map<?, ?> map -> Methods.ofMap(map, name, budget).orElseGet(() -> entry(map, name));
            default -> Methods.of(target, name, budget).orElse(new Undefined(name));
        };
    }

    private static Object entry(Map<?, ?> map, String name) {
        Object value = map.get(name);
        return value == null ? new Undefined(name) : value;
    }

    private Object item(Object target, Object index) {
        return switch (target) {
            case Undefined u -> throw u.used();
            case Map<?, ?> map
            when index instanceof String name -> {
                Object value = map.get(name);
                yield value != null ? value : Methods.ofMap(map, name, budget).orElse(new Undefined(name));
            }
            case Namespace namespace
            when index instanceof String name -> namespace.attributes().getOrDefault(name, new Undefined(name));
            case List<?> list
            when index instanceof Long at -> {
                long from = at < 0 ? at + list.size() : at;
                yield from >= 0 && from < list.size() ? list.get((int) from) : new Undefined("element " + at);
            }
            case String text
            when index instanceof Long at -> {
                List<Object> one = Slices.characters(text, at, at == -1 ? null : at + 1, 1, budget);
                yield one.isEmpty() ? new Undefined("character " + at) : one.getFirst();
            }
            default -> new Undefined(Values.text(index));
        };
    }

    private Object slice(Expr.Slice slice, Scope scope) {
        Object target = evaluate(slice.target(), scope);
        Long start = bound(slice.start(), scope);
        Long stop = bound(slice.stop(), scope);
        Long step = bound(slice.step(), scope);
        line = slice.line();
        return Slices.slice(target, start, stop, step == null ? 1 : step, budget);
    }

    private @Nullable Long bound(@Nullable Expr bound, Scope scope) {
        Object value = bound == null ? None.NONE : evaluate(bound, scope);
        return switch (value) {
            case None n -> null;
            case Long n -> n;
            default -> throw new Failure("slice indices must be integers");
        };
    }

    private Object call(Expr.Call call, Scope scope) {
        Object target = evaluate(call.target(), scope);
        Callable.Args args = arguments(call.arguments(), scope);
        line = call.line();
        return switch (target) {
            case Callable callable -> callable.call(args);
            case Undefined u -> throw u.used();
            default -> throw new Failure("'" + Values.typeName(target) + "' object is not callable");
        };
    }

    Callable.Args arguments(Expr.Arguments arguments, Scope scope) {
        if (arguments.positional().isEmpty() && arguments.named().isEmpty()) {
            return Callable.Args.NONE;
        }
        List<Object> positional = new ArrayList<>();
        for (Expr argument : arguments.positional()) {
            positional.add(evaluate(argument, scope));
        }
        Map<String, Object> named = new LinkedHashMap<>();
        arguments.named().forEach((name, argument) -> named.put(name, evaluate(argument, scope)));
        return new Callable.Args(positional, named);
    }

    private Object unary(Expr.Unary unary, Object operand) {
        line = unary.line();
        if (unary.operator().equals("not")) {
            return !Values.truthy(operand);
        }
        return unary.operator().equals("-") ? Arithmetic.negate(operand) : Arithmetic.positive(operand);
    }

    private Object binary(Expr.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        if (binary.operator().equals("and")) {
            return Values.truthy(left) ? evaluate(binary.right(), scope) : left;
        }
        if (binary.operator().equals("or")) {
            return Values.truthy(left) ? left : evaluate(binary.right(), scope);
        }
        Object right = evaluate(binary.right(), scope);
        line = binary.line();
        return Arithmetic.apply(binary.operator(), left, right, budget);
    }

    private Object comparison(Expr.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object right = evaluate(comparison.operands().get(i), scope);
            line = comparison.line();
            if (!holds(comparison.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private boolean holds(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right, budget);
            case "!=" -> !Values.equal(left, right, budget);
            case "in" -> Values.contains(right, left, budget);
            case "not in" -> !Values.contains(right, left, budget);
            case "<" -> Values.compare(left, right, budget) < 0;
            case "<=" -> Values.compare(left, right, budget) <= 0;
            case ">" -> Values.compare(left, right, budget) > 0;
            default -> Values.compare(left, right, budget) >= 0;
        };
    }

    private Object conditional(Expr.Conditional conditional, Scope scope) {
        if (Values.truthy(evaluate(conditional.condition(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the value of an if without else")
                : evaluate(conditional.otherwise(), scope);
    }

    private Object dict(Expr.DictOf dict, Scope scope) {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (int i = 0; i < dict.keys().size(); i++) {
            if (!(evaluate(dict.keys().get(i), scope) instanceof String key)) {
                throw new Failure("only strings can be keys here");
            }
            entries.put(key, evaluate(dict.values().get(i), scope));
        }
        return entries;
    }
}
