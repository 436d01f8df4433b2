package io.inference.engine.template.parse;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression; {@code line} is its line in the template. */
public sealed interface Expr {
    int line();

    record Literal(Object value, int line) implements Expr {}

    record Name(String name, int line) implements Expr {}

    record Attribute(Expr target, String name, int line) implements Expr {}

    record Item(Expr target, Expr index, int line) implements Expr {}

    record Slice(
            Expr target,
            @Nullable Expr start,
            @Nullable Expr stop,
            @Nullable Expr step,
            int line) implements Expr {}

    record Call(Expr target, Arguments arguments, int line) implements Expr {}

    record Filter(Expr input, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr input, String name, Arguments arguments, boolean negated, int line) implements Expr {}

    record Unary(String operator, Expr operand, int line) implements Expr {}

    record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

    /** {@code first op operand op operand …}: true if each neighbouring pair is. */
    record Comparison(Expr first, List<String> operators, List<Expr> operands, int line) implements Expr {}

    record Conditional(Expr then, Expr condition, @Nullable Expr otherwise, int line) implements Expr {}

    record ListOf(List<Expr> elements, int line) implements Expr {}

    record TupleOf(List<Expr> elements, int line) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values, int line) implements Expr {}

    /**
     * The arguments of a call.
     *
     * @param morePositional after {@code *}
     * @param moreNamed after {@code **}
     */
    record Arguments(
            List<Expr> positional,
            Map<String, Expr> named,
            @Nullable Expr morePositional,
            @Nullable Expr moreNamed) {
        public static final Arguments NONE = of();

        public boolean isEmpty() {
            return positional.isEmpty() && named.isEmpty() && morePositional == null && moreNamed == null;
        }

        static Arguments of(Expr... positional) {
            return new Arguments(List.of(positional), Map.of(), null, null);
        }
    }
}
