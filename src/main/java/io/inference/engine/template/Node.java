package io.inference.engine.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement or a piece of output. */
sealed interface Node {
    record Text(String text) implements Node {}

    record Output(Expr value) implements Node {}

    /** The first branch whose condition holds; {@code otherwise} if none does. */
    record If(List<Branch> branches, List<Node> otherwise) implements Node {}

    record Branch(Expr condition, List<Node> body) {}

    record For(
            List<String> targets,
            Expr iterable,
            @Nullable Expr condition,
            List<Node> body,
            List<Node> otherwise,
            int line)
            implements Node {}

    /** Targets are names, or one {@code namespace.attribute}. */
    record Set(List<String> targets, @Nullable String attribute, Expr value, int line) implements Node {}

    /** {@code set name} … {@code endset}: the rendered body, through filters if there are any. */
    record BlockSet(String target, @Nullable String attribute, List<Expr.Filter> filters, List<Node> body, int line)
            implements Node {}

    record Macro(String name, List<String> parameters, Map<String, Expr> defaults, List<Node> body, int line)
            implements Node {}

    /** {@code filter name} … {@code endfilter}. */
    record Filtered(List<Expr.Filter> filters, List<Node> body, int line) implements Node {}

    /** {@code generation} … {@code endgeneration}: marks what the assistant said, for training; its body is rendered. */
    record Transparent(List<Node> body) implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}
}
