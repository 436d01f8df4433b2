package io.inference.engine.template.parse;

import io.inference.engine.template.value.Str;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement or a piece of output. */
public sealed interface Node {
    record Text(Str text) implements Node {}

    record Output(Expr value) implements Node {}

    /** The first branch whose condition holds; {@code otherwise} if none does. */
    record If(List<Branch> branches, List<Node> otherwise) implements Node {}

    record Branch(Expr condition, List<Node> body) {}

    record For(
            Target target,
            Expr iterable,
            @Nullable Expr condition,
            boolean recursive,
            List<Node> body,
            List<Node> otherwise,
            int line)
            implements Node {}

    record Set(Target target, Expr value, int line) implements Node {}

    /** {@code set name} … {@code endset}: the rendered body, through filters if there are any. */
    record BlockSet(Target target, List<Expr.Filter> filters, List<Node> body, int line) implements Node {}

    /** {@code with name = value, …}: names for the body alone. */
    record With(List<Target> targets, List<Expr> values, List<Node> body, int line) implements Node {}

    /**
     * A macro, or the body of a {@code call}.
     *
     * @param name empty for the body of a {@code call}
     * @param usesCaller whether the body reads {@code caller}; likewise for the two others
     */
    record Macro(
            String name,
            List<String> parameters,
            Map<String, Expr> defaults,
            boolean usesCaller,
            boolean usesVarargs,
            boolean usesKwargs,
            List<Node> body,
            int line)
            implements Node {}

    /** {@code call(…) macro(…)} … {@code endcall}: calls with the body as {@code caller}. */
    record CallBlock(Macro body, Expr.Call call) implements Node {}

    /** {@code filter name} … {@code endfilter}. */
    record Filtered(List<Expr.Filter> filters, List<Node> body, int line) implements Node {}

    /**
     * Nodes without a type of their own: {@code generation} … {@code endgeneration}, which marks the assistant's text
     * for training; and the output of {@code print}.
     */
    record Transparent(List<Node> body) implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}

    /** What a value is assigned to. */
    sealed interface Target {
        record Name(String name) implements Target {}

        /** {@code namespace.attribute}. */
        record Attribute(String namespace, String attribute) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
