package io.inference.engine.template.parse;

import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Parses the statements of a template. */
public final class TemplateParser {
    private static final Expr NOTHING = new Expr.Literal(Str.EMPTY, 0);
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");

    private final TokenStream in;
    private final ExpressionParser expressions;

    /** Enclosing loops that {@code break} can end: not those outside a macro or block of text. */
    private int loops;

    /** All enclosing loops. */
    private int allLoops;

    private TemplateParser(List<Token> tokens) {
        in = new TokenStream(tokens);
        expressions = new ExpressionParser(in);
    }

    /** @throws Failure with its line, if the template is invalid or uses an unsupported feature */
    public static List<Node> parse(String source) {
        TemplateParser parser = new TemplateParser(Lexer.tokens(source));
        List<Node> nodes = parser.body();
        if (parser.in.peek().kind() != Token.Kind.END) {
            throw parser.in.unexpected("the end of the template");
        }
        return nodes;
    }

    /** Nodes up to one of these statements (which stays unread after its opening) or the end. */
    private List<Node> body(String... until) {
        List<Node> nodes = new ArrayList<>();
        while (true) {
            switch (in.peek().kind()) {
                case DATA -> nodes.add(new Node.Text(Str.of(in.next().text())));
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
            case "with" -> with(line);
            case "macro" -> macro(in.name(), "endmacro", line);
            case "call" -> call(line);
            case "filter" -> filtered(line);
            case "print" -> print();
            case "generation" -> new Node.Transparent(closed("endgeneration"));
            case "break", "continue" -> jump(name, line);
            default -> throw new Failure(Failure.Kind.UNSUPPORTED, line, "unknown statement '" + name + "'");
        };
    }

    private Node jump(String name, int line) {
        if (loops == 0) {
            throw Failure.at(line, "'" + name + "' outside a loop");
        }
        in.expect(Token.Kind.BLOCK_END);
        return name.equals("break") ? new Node.Break() : new Node.Continue();
    }

    /** The end of an opening statement; Jinja allows a colon before it. */
    private void opened() {
        in.takeOperator(":");
        in.expect(Token.Kind.BLOCK_END);
    }

    private List<Node> closed(String end) {
        opened();
        List<Node> body = body(end);
        in.expectName(end);
        in.expect(Token.Kind.BLOCK_END);
        return body;
    }

    /** A body that is not part of the enclosing loops. */
    private <T> T apart(Supplier<T> body) {
        int outer = loops;
        loops = 0;
        T result = body.get();
        loops = outer;
        return result;
    }

    private Node ifStatement() {
        List<Node.Branch> branches = new ArrayList<>();
        List<Node> otherwise = List.of();
        do {
            Expr condition = expressions.unconditionalTuple();
            opened();
            branches.add(new Node.Branch(condition, body("elif", "else", "endif")));
        } while (in.takeName("elif"));
        if (in.takeName("else")) {
            opened();
            otherwise = body("endif");
        }
        in.expectName("endif");
        in.expect(Token.Kind.BLOCK_END);
        return new Node.If(branches, otherwise);
    }

    private Node forStatement(int line) {
        allLoops++;
        Node.Target target = target(false);
        in.expectName("in");
        Expr iterable = expressions.unconditionalTuple();
        Expr condition = in.takeName("if") ? expressions.expression() : null;
        boolean recursive = in.takeName("recursive");
        opened();
        loops++;
        List<Node> body = body("else", "endfor");
        loops--;
        List<Node> otherwise = List.of();
        if (in.takeName("else")) {
            opened();
            otherwise = body("endfor");
        }
        in.expectName("endfor");
        in.expect(Token.Kind.BLOCK_END);
        allLoops--;
        return new Node.For(target, iterable, condition, recursive, body, otherwise, line);
    }

    /**
     * The target of an assignment: a name, {@code namespace.attribute} if that is allowed, or several, which may be
     * nested.
     */
    private Node.Target target(boolean attributes) {
        List<Node.Target> targets = new ArrayList<>(List.of(oneTarget(attributes)));
        boolean several = false;
        while (in.takeOperator(",")) {
            several = true;
            if (in.peek().kind() == Token.Kind.BLOCK_END || in.isOperator(")")) {
                break;
            }
            targets.add(oneTarget(attributes));
        }
        return several ? new Node.Target.Several(targets) : targets.getFirst();
    }

    private Node.Target oneTarget(boolean attributes) {
        if (in.takeOperator("(")) {
            in.enter();
            Node.Target inner = target(false);
            in.leave();
            in.expectOperator(")");
            return inner;
        }
        int line = in.line();
        String name = in.name();
        if (attributes && in.takeOperator(".")) {
            return new Node.Target.Attribute(name, in.name());
        }
        if (CONSTANTS.contains(name)) {
            throw Failure.at(line, "can't assign to '" + name + "'");
        }
        if (name.equals("loop") && allLoops > 0) {
            throw Failure.at(line, "Can't assign to special loop variable in for-loop");
        }
        return new Node.Target.Name(name);
    }

    private Node set(int line) {
        Node.Target target = target(true);
        if (in.takeOperator("=")) {
            Expr value = expressions.tuple();
            in.expect(Token.Kind.BLOCK_END);
            return new Node.Set(target, value, line);
        }
        List<Expr.Filter> filters = filters();
        return new Node.BlockSet(target, filters, apart(() -> closed("endset")), line);
    }

    private Node with(int line) {
        List<Node.Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (in.peek().kind() != Token.Kind.BLOCK_END && !in.isOperator(":")) {
            if (!targets.isEmpty()) {
                in.expectOperator(",");
            }
            targets.add(oneTarget(false));
            in.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Node.With(targets, values, closed("endwith"), line);
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
        return new Node.Filtered(filters, apart(() -> closed("endfilter")), line);
    }

    private Node print() {
        List<Node> outputs = new ArrayList<>();
        while (in.peek().kind() != Token.Kind.BLOCK_END) {
            if (!outputs.isEmpty()) {
                in.expectOperator(",");
            }
            outputs.add(new Node.Output(expressions.expression()));
        }
        in.expect(Token.Kind.BLOCK_END);
        return new Node.Transparent(outputs);
    }

    private Node call(int line) {
        List<String> parameters = new ArrayList<>();
        Map<String, Expr> defaults = new LinkedHashMap<>();
        if (in.isOperator("(")) {
            signature(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw Failure.at(line, "expected call");
        }
        return new Node.CallBlock(macroBody("", parameters, defaults, "endcall", line), call);
    }

    private Node.Macro macro(String name, String end, int line) {
        List<String> parameters = new ArrayList<>();
        Map<String, Expr> defaults = new LinkedHashMap<>();
        signature(parameters, defaults);
        return macroBody(name, parameters, defaults, end, line);
    }

    private void signature(List<String> parameters, Map<String, Expr> defaults) {
        in.expectOperator("(");
        while (!in.takeOperator(")")) {
            int line = in.line();
            String parameter = in.name();
            if (parameters.contains(parameter) || CONSTANTS.contains(parameter)) {
                throw Failure.at(line, "'" + parameter + "' cannot be a parameter here");
            }
            parameters.add(parameter);
            if (in.takeOperator("=")) {
                defaults.put(parameter, expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw Failure.at(line, "non-default argument follows default argument");
            }
            if (!in.isOperator(")")) {
                in.expectOperator(",");
            }
        }
    }

    private Node.Macro macroBody(
            String name, List<String> parameters, Map<String, Expr> defaults, String end, int line) {
        int before = expressions.namesRead().size();
        List<Node> body = apart(() -> closed(end));
        List<String> read =
                expressions.namesRead().subList(before, expressions.namesRead().size());
        boolean usesCaller = read.contains("caller");
        if (usesCaller && parameters.contains("caller") && !defaults.containsKey("caller")) {
            throw Failure.at(line, "the special \"caller\" argument must be omitted or be given a default");
        }
        return new Node.Macro(
                name,
                parameters,
                defaults,
                usesCaller,
                read.contains("varargs") && !parameters.contains("varargs"),
                read.contains("kwargs") && !parameters.contains("kwargs"),
                body,
                line);
    }
}
