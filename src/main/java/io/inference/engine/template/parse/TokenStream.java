package io.inference.engine.template.parse;

import io.inference.engine.template.value.Failure;
import java.util.List;

/** The tokens with a position in them, and the depth of the current construct. */
final class TokenStream {
    private static final int DEPTH_MAX = 150;

    private final List<Token> tokens;
    private int at;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    int line() {
        return peek().line();
    }

    boolean isOperator(String text) {
        return peek().is(Token.Kind.OPERATOR, text);
    }

    boolean isName(String text) {
        return peek().is(Token.Kind.NAME, text);
    }

    boolean takeOperator(String text) {
        boolean taken = isOperator(text);
        if (taken) {
            at++;
        }
        return taken;
    }

    boolean takeName(String text) {
        boolean taken = isName(text);
        if (taken) {
            at++;
        }
        return taken;
    }

    void expectOperator(String text) {
        if (!takeOperator(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    void expectName(String text) {
        if (!takeName(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    String name() {
        if (peek().kind() != Token.Kind.NAME) {
            throw unexpected("a name");
        }
        return next().text();
    }

    void expect(Token.Kind kind) {
        if (peek().kind() != kind) {
            throw unexpected(new Token(kind, "", 0).shown());
        }
        at++;
    }

    Failure unexpected(String wanted) {
        return Failure.at(line(), "%s expected, but found %s".formatted(wanted, peek().shown()));
    }

    void enter() {
        if (++depth > DEPTH_MAX) {
            throw Failure.at(line(), "nested more than %d deep".formatted(DEPTH_MAX));
        }
    }

    void leave() {
        depth--;
    }
}
