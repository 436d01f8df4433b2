package io.inference.engine.template.run;

import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.parse.Expr;
import io.inference.engine.template.parse.Node;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Namespace;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Executes statements; output goes to one buffer, which blocks and macros replace while they run. */
public final class Renderer {
    /** How a statement ended: the next one follows, or the current iteration or the loop ends. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Evaluator evaluator;
    private StrBuilder out;

    public Renderer(Budget budget, Evaluator evaluator) {
        this.budget = budget;
        this.evaluator = evaluator;
        this.out = new StrBuilder(budget);
    }

    /** The output of the nodes. */
    public Str render(List<Node> nodes, Scope scope) {
        StrBuilder outer = out;
        out = new StrBuilder(budget);
        run(nodes, scope);
        Str result = out.build();
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
            case Node.Text text -> out.append(text.text());
            case Node.Output output -> write(evaluator.evaluate(output.value(), scope));
            case Node.Set set -> {
                Object value = evaluator.evaluate(set.value(), scope);
                evaluator.at(set.line());
                assign(set.target(), value, scope);
            }
            case Node.BlockSet set -> {
                Object value = filtered(set.filters(), set.body(), scope);
                evaluator.at(set.line());
                assign(set.target(), value, scope);
            }
            case Node.Filtered filtered -> writeText(filtered(filtered.filters(), filtered.body(), scope));
            case Node.Macro macro -> scope.set(macro.name(), macro(macro, scope));
            case Node.CallBlock block -> writeText(evaluator.call(block.call(), macro(block.body(), scope), scope));
            case Node.With with -> {
                return with(with, scope);
            }
            case Node.If branches -> {
                return run(branch(branches, scope), scope);
            }
            case Node.Transparent transparent -> {
                return run(transparent.body(), scope);
            }
            case Node.For loop -> {
                Object iterable = evaluator.evaluate(loop.iterable(), scope);
                return loop(loop, iterable, 0, scope);
            }
            case Node.Break b -> {
                return Flow.BREAK;
            }
            case Node.Continue c -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private void write(Object value) {
        out.append(Repr.text(value, budget));
    }

    /** Writes the output of Jinja's text-like values without converting it to a text. */
    private void writeText(Object value) {
        if (!(value instanceof Str text)) {
            throw new Failure("a call or filter block must give a string, not " + Values.typeName(value));
        }
        out.append(text);
    }

    private Macro macro(Node.Macro macro, Scope scope) {
        return new Macro(macro, scope, evaluator, (node, own) -> render(node.body(), own));
    }

    private Flow with(Node.With with, Scope outer) {
        Scope scope = new Scope(outer);
        for (int i = 0; i < with.targets().size(); i++) {
            Object value = evaluator.evaluate(with.values().get(i), outer);
            evaluator.at(with.line());
            assign(with.targets().get(i), value, scope);
        }
        return run(with.body(), scope);
    }

    private List<Node> branch(Node.If branches, Scope scope) {
        for (Node.Branch branch : branches.branches()) {
            if (Values.truthy(evaluator.evaluate(branch.condition(), scope))) {
                return branch.body();
            }
        }
        return branches.otherwise();
    }

    /** As in Jinja, {@code else} is for a loop in which no iteration was completed. */
    private Flow loop(Node.For loop, Object iterable, int depth, Scope outer) {
        evaluator.at(loop.line());
        Loop variable = variable(loop, iterable, depth, outer);
        boolean completed = false;
        Flow flow = Flow.NEXT;
        while (flow != Flow.BREAK && variable.hasNext()) {
            Scope scope = new Scope(outer);
            scope.set("loop", variable);
            evaluator.at(loop.line());
            assign(loop.target(), variable.next(), scope);
            flow = run(loop.body(), scope);
            completed |= flow == Flow.NEXT;
        }
        return completed ? Flow.NEXT : run(loop.otherwise(), new Scope(outer));
    }

    private Loop variable(Node.For loop, Object iterable, int depth, Scope outer) {
        BiFunction<Object, Integer, Object> recursion =
                loop.recursive() ? (values, deeper) -> recursed(loop, values, deeper, outer) : null;
        return loop.condition() == null
                ? new Loop(iterable, depth, recursion, budget)
                : new Loop(passing(loop, loop.condition(), iterable, outer), depth, recursion, budget);
    }

    private Str recursed(Node.For loop, Object values, int depth, Scope outer) {
        StrBuilder around = out;
        out = new StrBuilder(budget);
        budget.enter();
        loop(loop, values, depth, outer);
        budget.leave();
        Str result = out.build();
        out = around;
        return result;
    }

    /** The elements for which the loop's condition holds, each checked when it is read. */
    private Iterator<Object> passing(Node.For loop, Expr condition, Object iterable, Scope outer) {
        Iterator<Object> all = Values.iterator(iterable, budget);
        return new Iterator<>() {
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                while (next == null && all.hasNext()) {
                    Object candidate = all.next();
                    Scope scope = new Scope(outer);
                    assign(loop.target(), candidate, scope);
                    next = Values.truthy(evaluator.evaluate(condition, scope))
                            ? packed(loop.target(), candidate, scope)
                            : null;
                }
                return next != null;
            }

            @Override
            public Object next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException();
                }
                Object result = next;
                next = null;
                return result;
            }
        };
    }

    /** In Jinja the elements that pass a condition were unpacked: they are tuples. */
    private static Object packed(Node.Target target, Object value, Scope scope) {
        return switch (target) {
            case Node.Target.Name name -> scope.get(name.name());
            case Node.Target.Attribute attribute -> value;
            case Node.Target.Several several ->
                new Tuple(several.targets().stream()
                        .map(it -> packed(it, value, scope))
                        .toList());
        };
    }

    private void assign(Node.Target target, Object value, Scope scope) {
        switch (target) {
            case Node.Target.Name name -> scope.set(name.name(), value);
            case Node.Target.Attribute attribute -> {
                if (!(scope.get(attribute.namespace()) instanceof Namespace namespace)) {
                    throw new Failure(
                            "cannot set an attribute of '" + attribute.namespace() + "', which is no namespace");
                }
                namespace.attributes().put(attribute.attribute(), value);
            }
            case Node.Target.Several several -> {
                List<Object> parts = new ArrayList<>(Values.list(value, budget));
                List<Node.Target> targets = several.targets();
                if (parts.size() != targets.size()) {
                    throw new Failure("%d values for %d names".formatted(parts.size(), targets.size()));
                }
                for (int i = 0; i < parts.size(); i++) {
                    assign(targets.get(i), parts.get(i), scope);
                }
            }
        }
    }

    private Object filtered(List<Expr.Filter> filters, List<Node> body, Scope scope) {
        Scope own = new Scope(scope);
        Object value = render(body, own);
        for (Expr.Filter filter : filters) {
            value = evaluator.filter(filter, value, own);
        }
        return value;
    }
}
