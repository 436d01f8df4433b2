package io.inference.engine.template.parse;

import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Str;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Recursive descent over Jinja's expression grammar, loosest binding first. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenStream in;
    private final List<String> namesRead = new ArrayList<>();

    ExpressionParser(TokenStream in) {
        this.in = in;
    }

    /** The names that expressions have read so far, in their order: shows which names a macro uses. */
    List<String> namesRead() {
        return namesRead;
    }

    /** An expression, with {@code a if b else c}. */
    Expr expression() {
        in.enter();
        Expr result = or();
        while (in.isName("if")) {
            int line = in.next().line();
            Expr condition = or();
            result = new Expr.Conditional(result, condition, in.takeName("else") ? expression() : null, line);
        }
        in.leave();
        return result;
    }

    /** An expression or, with commas, a tuple of them. */
    Expr tuple() {
        return tuple(this::expression);
    }

    /** The same without {@code a if b else c}, where a following {@code if} has a different meaning. */
    Expr unconditionalTuple() {
        return tuple(this::or);
    }

    private Expr tuple(Supplier<Expr> element) {
        Expr first = element.get();
        if (!in.isOperator(",")) {
            return first;
        }
        List<Expr> elements = new ArrayList<>(List.of(first));
        while (in.takeOperator(",") && !endsTuple()) {
            elements.add(element.get());
        }
        return new Expr.TupleOf(elements, first.line());
    }

    private boolean endsTuple() {
        return switch (in.peek().kind()) {
            case OUTPUT_END, BLOCK_END -> true;
            default -> in.isOperator(")");
        };
    }

    private Expr or() {
        Expr left = and();
        while (in.isName("or")) {
            int line = in.next().line();
            left = new Expr.Binary("or", left, and(), line);
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (in.isName("and")) {
            int line = in.next().line();
            left = new Expr.Binary("and", left, not(), line);
        }
        return left;
    }

    private Expr not() {
        if (!in.isName("not")) {
            return comparison();
        }
        in.enter();
        int line = in.next().line();
        Expr result = new Expr.Unary("not", not(), line);
        in.leave();
        return result;
    }

    private Expr comparison() {
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> operands = new ArrayList<>();
        while (true) {
            if (in.peek().kind() == Token.Kind.OPERATOR
                    && COMPARISONS.contains(in.peek().text())) {
                operators.add(in.next().text());
            } else if (in.takeName("in")) {
                operators.add("in");
            } else if (in.isName("not") && in.peekSecond().is(Token.Kind.NAME, "in")) {
                in.next();
                in.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expr.Comparison(first, operators, operands, first.line());
            }
            operands.add(sum());
        }
    }

    private Expr sum() {
        return chain(Set.of("+", "-"), () -> chain(Set.of("~"), this::product));
    }

    private Expr product() {
        return chain(Set.of("*", "/", "//", "%"), () -> chain(Set.of("**"), () -> unary(true)));
    }

    private Expr chain(Set<String> operators, Supplier<Expr> operand) {
        Expr left = operand.get();
        while (in.peek().kind() == Token.Kind.OPERATOR
                && operators.contains(in.peek().text())) {
            Token operator = in.next();
            left = new Expr.Binary(operator.text(), left, operand.get(), operator.line());
        }
        return left;
    }

    private Expr unary(boolean filters) {
        in.enter();
        Expr result;
        if (in.isOperator("-") || in.isOperator("+")) {
            Token operator = in.next();
            result = new Expr.Unary(operator.text(), unary(false), operator.line());
        } else {
            result = postfix(primary());
        }
        in.leave();
        return filters ? filtersAndTests(result) : result;
    }

    private Expr primary() {
        Token token = in.next();
        return switch (token.kind()) {
            case NAME -> nameOrConstant(token);
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (in.peek().kind() == Token.Kind.STRING) {
                    text.append(in.next().text());
                }
                yield new Expr.Literal(Str.of(text.toString()), token.line());
            }
            case INTEGER -> new Expr.Literal(Literals.integer(token.text(), token.line()), token.line());
            case FLOAT -> new Expr.Literal(Double.valueOf(token.text()), token.line());
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parenthesized(token);
                    case "[" -> new Expr.ListOf(elements(), token.line());
                    case "{" -> dict(token);
                    default -> throw notAnExpression(token);
                };
            default -> throw notAnExpression(token);
        };
    }

    private static Failure notAnExpression(Token token) {
        return Failure.at(token.line(), "an expression expected, but found " + token.shown());
    }

    private Expr nameOrConstant(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expr.Literal(true, token.line());
            case "false", "False" -> new Expr.Literal(false, token.line());
            case "none", "None" -> new Expr.Literal(None.NONE, token.line());
            default -> {
                namesRead.add(token.text());
                yield new Expr.Name(token.text(), token.line());
            }
        };
    }

    private Expr parenthesized(Token open) {
        if (in.takeOperator(")")) {
            return new Expr.TupleOf(List.of(), open.line());
        }
        Expr inner = tuple();
        in.expectOperator(")");
        return inner;
    }

    private List<Expr> elements() {
        List<Expr> elements = new ArrayList<>();
        while (!in.takeOperator("]")) {
            elements.add(expression());
            if (!in.isOperator("]")) {
                in.expectOperator(",");
            }
        }
        return elements;
    }

    private Expr dict(Token open) {
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!in.takeOperator("}")) {
            keys.add(expression());
            in.expectOperator(":");
            values.add(expression());
            if (!in.isOperator("}")) {
                in.expectOperator(",");
            }
        }
        return new Expr.DictOf(keys, values, open.line());
    }

    private Expr postfix(Expr start) {
        Expr result = start;
        while (in.peek().kind() == Token.Kind.OPERATOR) {
            int line = in.line();
            if (in.takeOperator(".")) {
                result = in.peek().kind() == Token.Kind.INTEGER
                        ? new Expr.Item(result, primary(), line)
                        : new Expr.Attribute(result, in.name(), line);
            } else if (in.takeOperator("[")) {
                result = subscript(result, line);
            } else if (in.isOperator("(")) {
                result = new Expr.Call(result, arguments(), line);
            } else {
                break;
            }
        }
        return result;
    }

    private Expr subscript(Expr target, int line) {
        Expr start = in.isOperator(":") ? null : expression();
        if (start != null && in.isOperator(",")) {
            return new Expr.Item(target, subscripts(start, line), line);
        }
        if (start != null && in.takeOperator("]")) {
            return new Expr.Item(target, start, line);
        }
        in.expectOperator(":");
        Expr stop = in.isOperator("]") || in.isOperator(":") ? null : expression();
        Expr step = in.takeOperator(":") && !in.isOperator("]") ? expression() : null;
        in.expectOperator("]");
        return new Expr.Slice(target, start, stop, step, line);
    }

    private Expr subscripts(Expr first, int line) {
        List<Expr> elements = new ArrayList<>(List.of(first));
        while (in.takeOperator(",")) {
            elements.add(expression());
        }
        in.expectOperator("]");
        return new Expr.TupleOf(elements, line);
    }

    private Expr.Arguments arguments() {
        int line = in.line();
        in.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        Expr morePositional = null;
        Expr moreNamed = null;
        while (!in.takeOperator(")")) {
            if (in.takeOperator("*")) {
                check(morePositional == null && moreNamed == null, line);
                morePositional = expression();
            } else if (in.takeOperator("**")) {
                check(moreNamed == null, line);
                moreNamed = expression();
            } else if (in.peek().kind() == Token.Kind.NAME && in.peekSecond().is(Token.Kind.OPERATOR, "=")) {
                check(moreNamed == null, line);
                named(named);
            } else {
                check(morePositional == null && moreNamed == null && named.isEmpty(), line);
                positional.add(expression());
            }
            if (!in.isOperator(")")) {
                in.expectOperator(",");
            }
        }
        return new Expr.Arguments(positional, named, morePositional, moreNamed);
    }

    private void named(Map<String, Expr> named) {
        Token name = in.next();
        in.expectOperator("=");
        if (named.put(name.text(), expression()) != null) {
            throw Failure.at(name.line(), "the argument '" + name.text() + "' is given twice");
        }
    }

    private static void check(boolean inOrder, int line) {
        if (!inOrder) {
            throw Failure.at(line, "invalid syntax for function call expression");
        }
    }

    private Expr filtersAndTests(Expr start) {
        Expr result = start;
        while (true) {
            if (in.isOperator("|")) {
                result = filter(result);
            } else if (in.isName("is")) {
                result = test(result);
            } else if (in.isOperator("(")) {
                int line = in.line();
                result = new Expr.Call(result, arguments(), line);
            } else {
                return result;
            }
        }
    }

    /** {@code | name(arguments)} after {@code input}. */
    Expr.Filter filter(Expr input) {
        int line = in.line();
        in.expectOperator("|");
        return namedFilter(input, line);
    }

    Expr.Filter namedFilter(Expr input, int line) {
        String name = dottedName();
        return new Expr.Filter(input, name, in.isOperator("(") ? arguments() : Expr.Arguments.NONE, line);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(in.name());
        while (in.takeOperator(".")) {
            name.append('.').append(in.name());
        }
        return name.toString();
    }

    private Expr test(Expr input) {
        int line = in.next().line();
        boolean negated = in.takeName("not");
        String name = dottedName();
        Expr argument = null;
        if (!in.isOperator("(") && startsTestArgument()) {
            argument = postfix(primary());
        }
        Expr.Arguments arguments = in.isOperator("(") && argument == null ? arguments() : arguments(argument);
        return new Expr.Test(input, name, arguments, negated, line);
    }

    private static Expr.Arguments arguments(@Nullable Expr only) {
        return only == null ? Expr.Arguments.NONE : Expr.Arguments.of(only);
    }

    private boolean startsTestArgument() {
        if (in.isName("is")) {
            throw Failure.at(in.line(), "You cannot chain multiple tests with is");
        }
        return switch (in.peek().kind()) {
            case NAME -> !Set.of("else", "or", "and").contains(in.peek().text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> in.isOperator("[") || in.isOperator("{");
            default -> false;
        };
    }
}
