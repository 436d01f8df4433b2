package io.inference.engine.template.parse;

import io.inference.engine.template.operators.Whitespace;
import io.inference.engine.template.value.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits template source into tokens. Whitespace is Jinja's with trim_blocks and lstrip_blocks: the newline after a
 * block or comment is removed, and so is the indentation of one that stands alone on its line; {@code -} strips all
 * whitespace on its side, {@code +} none.
 */
final class Lexer {
    private static final Set<String> LONG_OPERATORS = Set.of("==", "!=", "<=", ">=", "//", "**");
    private static final String OPERATORS = "+-*/%~()[]{},:.|<>=;";

    private static final String DIGITS = "(?:\\d+_)*\\d+";
    private static final String INTEGERS =
            "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*";
    private static final Pattern INTEGER = Pattern.compile(INTEGERS);
    private static final Pattern NUMBER =
            Pattern.compile("(?<float>%1$s(?:(?:\\.%1$s)?[eE][-+]?%1$s|\\.%1$s))|%2$s".formatted(DIGITS, INTEGERS));

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int lineCountedTo;
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(at));
                at = source.length();
                break;
            }
            char kind = source.charAt(tag + 1);
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            data(leftStripped(source.substring(at, tag), kind, sign));
            at = tag + (sign == '-' || sign == '+' ? 3 : 2);
            switch (kind) {
                case '#' -> comment();
                case '%' -> block();
                default -> output();
            }
        }
        add(Token.Kind.END, "");
    }

    private int nextTag() {
        for (int brace = source.indexOf('{', at); brace >= 0; brace = source.indexOf('{', brace + 1)) {
            if (brace + 1 < source.length() && "{%#".indexOf(source.charAt(brace + 1)) >= 0) {
                return brace;
            }
        }
        return -1;
    }

    private String leftStripped(String text, char kind, char sign) {
        if (sign == '-') {
            return Whitespace.stripEnd(text);
        }
        if (sign == '+' || kind == '{') {
            return text;
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean alone = (lineStart > 0 || lineStarting) && Whitespace.isBlank(text.substring(lineStart));
        return alone ? text.substring(0, lineStart) : text;
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw Failure.at(line(), "a comment is not closed");
        }
        char sign = end > at ? source.charAt(end - 1) : ' ';
        at = end + 2;
        afterTag(sign, true);
    }

    private void block() {
        String name = wordAt(at);
        if (name.equals("raw")) {
            raw();
            return;
        }
        add(Token.Kind.BLOCK_BEGIN, "{%");
        char sign = inside("%}");
        add(Token.Kind.BLOCK_END, "%}");
        afterTag(sign, true);
    }

    private void output() {
        add(Token.Kind.OUTPUT_BEGIN, "{{");
        char sign = inside("}}");
        add(Token.Kind.OUTPUT_END, "}}");
        afterTag(sign, false);
    }

    private String wordAt(int start) {
        int from = skipSpace(start);
        int end = from;
        while (end < source.length() && isNamePart(source.charAt(end))) {
            end++;
        }
        return source.substring(from, end);
    }

    private int skipSpace(int start) {
        int end = start;
        while (end < source.length() && Whitespace.isSpace(source.charAt(end))) {
            end++;
        }
        return end;
    }

    private void raw() {
        int startLine = line();
        at = closeSimple(skipSpace(at) + "raw".length(), false);
        int tag = at;
        while (true) {
            tag = source.indexOf("{%", tag);
            if (tag < 0) {
                throw Failure.at(startLine, "raw is not closed by endraw");
            }
            char sign = source.charAt(Math.min(tag + 2, source.length() - 1));
            int inner = tag + (sign == '-' || sign == '+' ? 3 : 2);
            if (wordAt(inner).equals("endraw")) {
                data(leftStripped(source.substring(at, tag), '%', sign));
                at = closeSimple(skipSpace(inner) + "endraw".length(), true);
                return;
            }
            tag += 2;
        }
    }

    /** Skips the end of a tag that has no expression; unlike other blocks, raw keeps the newline after it. */
    private int closeSimple(int start, boolean trimNewline) {
        at = skipSpace(start);
        char sign = at < source.length() ? source.charAt(at) : ' ';
        int close = sign == '-' || (sign == '+' && trimNewline) ? at + 1 : at;
        if (!source.startsWith("%}", close)) {
            throw Failure.at(line(), "'%}' expected");
        }
        at = close + 2;
        afterTag(sign, trimNewline);
        return at;
    }

    private void afterTag(char sign, boolean trimNewline) {
        int start = at;
        if (sign == '-') {
            at = skipSpace(at);
        } else if (trimNewline && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
        lineStarting = at > start && source.charAt(at - 1) == '\n';
    }

    /** Reads lexemes up to {@code close}; returns the whitespace sign before it. */
    private char inside(String close) {
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            at = skipSpace(at);
            if (at >= source.length()) {
                throw Failure.at(line(), "'" + close + "' expected, the template ends");
            }
            char c = source.charAt(at);
            boolean signed = (c == '-' || (c == '+' && close.equals("%}"))) && source.startsWith(close, at + 1);
            if (open.isEmpty() && (signed || source.startsWith(close, at))) {
                at += signed ? 3 : 2;
                return signed ? c : ' ';
            }
            lexeme(c, open);
        }
    }

    private void lexeme(char c, Deque<Character> open) {
        if (c == '\'' || c == '"') {
            string(c);
        } else if (c >= '0' && c <= '9') {
            number();
        } else if (isNameStart(c)) {
            String name = wordAt(at);
            add(Token.Kind.NAME, name);
            at += name.length();
        } else if (at + 1 < source.length() && LONG_OPERATORS.contains(source.substring(at, at + 2))) {
            add(Token.Kind.OPERATOR, source.substring(at, at + 2));
            at += 2;
        } else if (OPERATORS.indexOf(c) >= 0) {
            balance(c, open);
            add(Token.Kind.OPERATOR, String.valueOf(c));
            at++;
        } else {
            throw Failure.at(line(), "unexpected character '" + c + "'");
        }
    }

    private void balance(char c, Deque<Character> open) {
        switch (c) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.pop() != c) {
                    throw Failure.at(line(), "unexpected '" + c + "'");
                }
            }
            default -> {}
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw Failure.at(line(), "a string is not closed");
        }
        add(Token.Kind.STRING, Literals.unescape(source.substring(at + 1, end), line()));
        at = end + 1;
    }

    private void number() {
        Matcher number = NUMBER.matcher(source).region(at, source.length());
        if (!number.lookingAt()) {
            throw Failure.at(line(), "a number expected");
        }
        boolean behindPoint = at > 0 && source.charAt(at - 1) == '.';
        boolean real = number.group("float") != null && !behindPoint;
        if (!real) {
            number.usePattern(INTEGER).region(at, source.length());
            if (!number.lookingAt()) {
                throw Failure.at(line(), "a number expected");
            }
        }
        String text = number.group();
        add(real ? Token.Kind.FLOAT : Token.Kind.INTEGER, real ? text.replace("_", "") : text);
        at = number.end();
    }

    private static boolean isNameStart(char c) {
        return c == '_' || Character.isUnicodeIdentifierStart(c) || Character.isSurrogate(c);
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text);
        }
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line()));
    }

    private int line() {
        for (; lineCountedTo < at && lineCountedTo < source.length(); lineCountedTo++) {
            if (source.charAt(lineCountedTo) == '\n') {
                line++;
            }
        }
        return line;
    }
}
