package io.inference.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Recursive descent over Jinja's expression grammar, loosest binding first. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NO_TEST_ARGUMENT = Set.of("else", "or", "and", "is", "if", "not", "in");

    private final TokenStream in;

    ExpressionParser(TokenStream in) {
        this.in = in;
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

    /** An expression or, with commas, a list of them. */
    Expr tuple() {
        Expr first = expression();
        if (!in.isOperator(",")) {
            return first;
        }
        List<Expr> elements = new ArrayList<>(List.of(first));
        while (in.takeOperator(",") && startsExpression()) {
            elements.add(expression());
        }
        return new Expr.ListOf(elements, first.line());
    }

    private boolean startsExpression() {
        return switch (in.peek().kind()) {
            case NAME -> !in.isName("in") && !in.isName("if");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> "([{-+".contains(in.peek().text());
            default -> false;
        };
    }

    /** An expression in which a following {@code if} is not its own: what a loop runs over. */
    Expr or() {
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
                yield new Expr.Literal(text.toString(), token.line());
            }
            case INTEGER -> new Expr.Literal(integer(token), token.line());
            case FLOAT -> new Expr.Literal(Double.valueOf(token.text()), token.line());
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parenthesized(token);
                    case "[" -> new Expr.ListOf(elements("]"), token.line());
                    case "{" -> dict(token);
                    default -> throw notAnExpression(token);
                };
            default -> throw notAnExpression(token);
        };
    }

    private static TemplateException notAnExpression(Token token) {
        return TemplateException.at(token.line(), "an expression expected, but found " + token.shown());
    }

    private static Expr nameOrConstant(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expr.Literal(true, token.line());
            case "false", "False" -> new Expr.Literal(false, token.line());
            case "none", "None" -> new Expr.Literal(None.NONE, token.line());
            default -> new Expr.Name(token.text(), token.line());
        };
    }

    private static Long integer(Token token) {
        try {
            return Long.valueOf(token.text());
        } catch (NumberFormatException e) {
            throw TemplateException.at(token.line(), "the number " + token.text() + " is too large");
        }
    }

    private Expr parenthesized(Token open) {
        if (in.takeOperator(")")) {
            return new Expr.ListOf(List.of(), open.line());
        }
        Expr inner = tuple();
        in.expectOperator(")");
        return inner;
    }

    private List<Expr> elements(String close) {
        List<Expr> elements = new ArrayList<>();
        while (!in.takeOperator(close)) {
            elements.add(expression());
            if (!in.isOperator(close)) {
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
                        ? new Expr.Item(result, new Expr.Literal(integer(in.next()), line), line)
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
        if (start != null && in.takeOperator("]")) {
            return new Expr.Item(target, start, line);
        }
        in.expectOperator(":");
        Expr stop = in.isOperator("]") || in.isOperator(":") ? null : expression();
        Expr step = in.takeOperator(":") && !in.isOperator("]") ? expression() : null;
        in.expectOperator("]");
        return new Expr.Slice(target, start, stop, step, line);
    }

    private Expr.Arguments arguments() {
        in.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        while (!in.takeOperator(")")) {
            if (in.peek().kind() == Token.Kind.NAME && in.peekSecond().is(Token.Kind.OPERATOR, "=")) {
                String name = in.name();
                in.expectOperator("=");
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!in.isOperator(")")) {
                in.expectOperator(",");
            }
        }
        return new Expr.Arguments(positional, named);
    }

    private Expr filtersAndTests(Expr start) {
        Expr result = start;
        while (true) {
            if (in.isOperator("|")) {
                result = filter(result);
            } else if (in.isName("is")) {
                result = test(result);
            } else if (in.isOperator("(") || in.isOperator(".") || in.isOperator("[")) {
                result = postfix(result);
            } else {
                return result;
            }
        }
    }

    /** {@code | name(arguments)} behind {@code input}. */
    Expr.Filter filter(Expr input) {
        int line = in.line();
        in.expectOperator("|");
        return namedFilter(input, line);
    }

    Expr.Filter namedFilter(Expr input, int line) {
        String name = in.name();
        return new Expr.Filter(input, name, in.isOperator("(") ? arguments() : Expr.Arguments.NONE, line);
    }

    private Expr test(Expr input) {
        int line = in.next().line();
        boolean negated = in.takeName("not");
        String name = in.name();
        Expr.Arguments arguments = Expr.Arguments.NONE;
        if (in.isOperator("(")) {
            arguments = arguments();
        } else if (startsTestArgument()) {
            arguments = new Expr.Arguments(List.of(postfix(primary())), Map.of());
        }
        return new Expr.Test(input, name, arguments, negated, line);
    }

    private boolean startsTestArgument() {
        return switch (in.peek().kind()) {
            case NAME -> !NO_TEST_ARGUMENT.contains(in.peek().text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> in.isOperator("[") || in.isOperator("{");
            default -> false;
        };
    }
}
