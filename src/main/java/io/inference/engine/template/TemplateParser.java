package io.inference.engine.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses the statements of a template. */
final class TemplateParser {
    private static final Expr NOTHING = new Expr.Literal("", 0);

    private final TokenStream in;
    private final ExpressionParser expressions;
    private int loops;

    private TemplateParser(List<Token> tokens) {
        in = new TokenStream(tokens);
        expressions = new ExpressionParser(in);
    }

    static List<Node> parse(String source) {
        TemplateParser parser = new TemplateParser(Lexer.tokens(source));
        List<Node> nodes = parser.body();
        if (parser.in.peek().kind() != Token.Kind.END) {
            throw parser.in.unexpected("the end of the template");
        }
        return nodes;
    }

    /** Nodes up to one of these statements (which stays unread behind its opening) or the end. */
    private List<Node> body(String... until) {
        List<Node> nodes = new ArrayList<>();
        while (true) {
            switch (in.peek().kind()) {
                case DATA -> nodes.add(new Node.Text(in.next().text()));
                case OUTPUT_BEGIN -> {
                    in.next();
                    nodes.add(new Node.Output(expressions.tuple()));
                    in.expect(Token.Kind.OUTPUT_END);
                }
                case BLOCK_BEGIN -> {
                    if (Arrays.asList(until).contains(in.peekSecond().text())) {
                        in.next();
                        return nodes;
                    }
                    in.enter();
                    nodes.add(statement());
                    in.leave();
                }
                default -> {
                    if (until.length > 0) {
                        throw in.unexpected("'" + until[until.length - 1] + "'");
                    }
                    return nodes;
                }
            }
        }
    }

    private Node statement() {
        in.expect(Token.Kind.BLOCK_BEGIN);
        int line = in.line();
        String name = in.name();
        return switch (name) {
            case "if" -> ifStatement();
            case "for" -> forStatement(line);
            case "set" -> set(line);
            case "macro" -> macro(line);
            case "filter" -> filtered(line);
            case "generation" -> {
                in.expect(Token.Kind.BLOCK_END);
                yield new Node.Transparent(closed("endgeneration"));
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw TemplateException.at(line, "'" + name + "' outside a loop");
                }
                in.expect(Token.Kind.BLOCK_END);
                yield name.equals("break") ? new Node.Break() : new Node.Continue();
            }
            default -> throw TemplateException.at(line, "unknown statement '" + name + "'");
        };
    }

    private List<Node> closed(String end) {
        List<Node> body = body(end);
        in.expectName(end);
        in.expect(Token.Kind.BLOCK_END);
        return body;
    }

    private Node ifStatement() {
        List<Node.Branch> branches = new ArrayList<>();
        List<Node> otherwise = List.of();
        do {
            Expr condition = expressions.tuple();
            in.expect(Token.Kind.BLOCK_END);
            branches.add(new Node.Branch(condition, body("elif", "else", "endif")));
        } while (in.takeName("elif"));
        if (in.takeName("else")) {
            in.expect(Token.Kind.BLOCK_END);
            otherwise = body("endif");
        }
        in.expectName("endif");
        in.expect(Token.Kind.BLOCK_END);
        return new Node.If(branches, otherwise);
    }

    private Node forStatement(int line) {
        List<String> targets = targets();
        in.expectName("in");
        Expr iterable = expressions.or();
        Expr condition = in.takeName("if") ? expressions.expression() : null;
        if (in.isName("recursive")) {
            throw TemplateException.at(line, "recursive loops are not supported");
        }
        in.expect(Token.Kind.BLOCK_END);
        loops++;
        List<Node> body = body("else", "endfor");
        loops--;
        List<Node> otherwise = List.of();
        if (in.takeName("else")) {
            in.expect(Token.Kind.BLOCK_END);
            otherwise = body("endfor");
        }
        in.expectName("endfor");
        in.expect(Token.Kind.BLOCK_END);
        return new Node.For(targets, iterable, condition, body, otherwise, line);
    }

    private List<String> targets() {
        boolean parenthesized = in.takeOperator("(");
        List<String> targets = new ArrayList<>(List.of(in.name()));
        while (in.takeOperator(",")) {
            targets.add(in.name());
        }
        if (parenthesized) {
            in.expectOperator(")");
        }
        return targets;
    }

    private Node set(int line) {
        List<String> targets = targets();
        String attribute = targets.size() == 1 && in.takeOperator(".") ? in.name() : null;
        if (in.takeOperator("=")) {
            Expr value = expressions.tuple();
            in.expect(Token.Kind.BLOCK_END);
            return new Node.Set(targets, attribute, value, line);
        }
        if (targets.size() > 1) {
            throw in.unexpected("'='");
        }
        List<Expr.Filter> filters = filters();
        in.expect(Token.Kind.BLOCK_END);
        return new Node.BlockSet(targets.getFirst(), attribute, filters, closed("endset"), line);
    }

    private List<Expr.Filter> filters() {
        List<Expr.Filter> filters = new ArrayList<>();
        while (in.isOperator("|")) {
            filters.add(expressions.filter(NOTHING));
        }
        return filters;
    }

    private Node filtered(int line) {
        List<Expr.Filter> filters = new ArrayList<>(List.of(expressions.namedFilter(NOTHING, line)));
        filters.addAll(filters());
        in.expect(Token.Kind.BLOCK_END);
        return new Node.Filtered(filters, closed("endfilter"), line);
    }

    private Node macro(int line) {
        String name = in.name();
        List<String> parameters = new ArrayList<>();
        Map<String, Expr> defaults = new LinkedHashMap<>();
        in.expectOperator("(");
        while (!in.takeOperator(")")) {
            String parameter = in.name();
            parameters.add(parameter);
            if (in.takeOperator("=")) {
                defaults.put(parameter, expressions.expression());
            }
            if (!in.isOperator(")")) {
                in.expectOperator(",");
            }
        }
        in.expect(Token.Kind.BLOCK_END);
        int outerLoops = loops;
        loops = 0;
        List<Node> body = closed("endmacro");
        loops = outerLoops;
        return new Node.Macro(name, parameters, defaults, body, line);
    }
}
