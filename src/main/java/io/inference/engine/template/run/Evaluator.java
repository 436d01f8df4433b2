package io.inference.engine.template.run;

import io.inference.engine.template.builtins.Filters;
import io.inference.engine.template.builtins.Lookup;
import io.inference.engine.template.builtins.Tests;
import io.inference.engine.template.operators.Arithmetic;
import io.inference.engine.template.operators.Compare;
import io.inference.engine.template.operators.Slices;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.parse.Expr;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions. */
public final class Evaluator {
    private final Budget budget;
    private final Lookup lookup;
    private final Filters filters;
    private final Tests tests;
    private int line;

    public Evaluator(Budget budget) {
        this.budget = budget;
        this.lookup = new Lookup(budget);
        this.tests = new Tests(budget);
        this.filters = new Filters(budget, lookup, tests);
    }

    /** The line of the last evaluated expression, for error messages. */
    public int line() {
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
            case Expr.Item item -> item(item, scope);
            case Expr.Slice slice -> slice(slice, scope);
            case Expr.Call call -> call(call, null, scope);
            case Expr.Filter filter -> filter(filter, evaluate(filter.input(), scope), scope);
            case Expr.Test test -> test(test, scope);
            case Expr.Unary unary -> unary(unary, evaluate(unary.operand(), scope));
            case Expr.Binary binary -> binary(binary, scope);
            case Expr.Comparison comparison -> comparison(comparison, scope);
            case Expr.Conditional conditional -> conditional(conditional, scope);
            case Expr.ListOf list -> all(list.elements(), scope);
            case Expr.TupleOf tuple -> new Tuple(all(tuple.elements(), scope));
            case Expr.DictOf dict -> dict(dict, scope);
        };
        budget.leave();
        return value;
    }

    private List<Object> all(List<Expr> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expr expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    /** Applies a filter to a value that is not its input expression: the body of a block. */
    Object filter(Expr.Filter filter, Object input, Scope scope) {
        Args args = arguments(filter.arguments(), scope);
        line = filter.line();
        return filters.apply(filter.name(), input, args);
    }

    private Object test(Expr.Test test, Scope scope) {
        Object input = evaluate(test.input(), scope);
        Args args = arguments(test.arguments(), scope);
        line = test.line();
        return tests.test(test.name(), input, args) != test.negated();
    }

    private Object attribute(Expr.Attribute attribute, Scope scope) {
        Object target = evaluate(attribute.target(), scope);
        line = attribute.line();
        return lookup.attribute(target, attribute.name());
    }

    private Object item(Expr.Item item, Scope scope) {
        Object target = evaluate(item.target(), scope);
        Object key = evaluate(item.index(), scope);
        line = item.line();
        return lookup.item(target, key);
    }

    private Object slice(Expr.Slice slice, Scope scope) {
        Object target = evaluate(slice.target(), scope);
        Object start = bound(slice.start(), scope);
        Object stop = bound(slice.stop(), scope);
        Object step = bound(slice.step(), scope);
        line = slice.line();
        return Slices.slice(target, start, stop, step, budget);
    }

    private Object bound(@Nullable Expr bound, Scope scope) {
        return bound == null ? None.NONE : evaluate(bound, scope);
    }

    /** @param caller value of {@code caller} in the call, if it is that of a {@code call} block */
    Object call(Expr.Call call, @Nullable Object caller, Scope scope) {
        Object target = evaluate(call.target(), scope);
        Args args = arguments(call.arguments(), scope);
        line = call.line();
        return switch (target) {
            case Callable callable -> callable.call(caller == null ? args : args.with("caller", caller));
            case Undefined u -> throw u.used();
            default -> throw new Failure("'" + Values.typeName(target) + "' object is not callable");
        };
    }

    private Args arguments(Expr.Arguments arguments, Scope scope) {
        if (arguments.isEmpty()) {
            return Args.NONE;
        }
        List<Object> positional = all(arguments.positional(), scope);
        if (arguments.morePositional() != null) {
            positional.addAll(Values.list(evaluate(arguments.morePositional(), scope), budget));
        }
        Map<String, Object> named = new LinkedHashMap<>();
        arguments.named().forEach((name, argument) -> named.put(name, evaluate(argument, scope)));
        if (arguments.moreNamed() != null) {
            addNamed(evaluate(arguments.moreNamed(), scope), named);
        }
        return new Args(positional, named);
    }

    private static void addNamed(Object more, Map<String, Object> named) {
        if (!(more instanceof Dict dict)) {
            throw new Failure("argument after ** must be a mapping, not " + Values.typeName(more));
        }
        for (Object item : dict.items()) {
            List<Object> pair = ((Tuple) item).elements();
            if (!(pair.get(0) instanceof Str name) || named.put(name.text(), pair.get(1)) != null) {
                throw new Failure("names behind ** must be strings, each given once");
            }
        }
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
            if (!Compare.holds(comparison.operators().get(i), left, right, budget)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object conditional(Expr.Conditional conditional, Scope scope) {
        if (Values.truthy(evaluate(conditional.condition(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the inline if-expression evaluated to false and no else section was defined")
                : evaluate(conditional.otherwise(), scope);
    }

    private Object dict(Expr.DictOf dict, Scope scope) {
        Dict entries = new Dict();
        for (int i = 0; i < dict.keys().size(); i++) {
            entries.put(
                    evaluate(dict.keys().get(i), scope), evaluate(dict.values().get(i), scope));
        }
        return entries;
    }
}
