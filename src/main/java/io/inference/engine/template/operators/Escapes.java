package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;

/** Escapes for HTML, as in MarkupSafe. */
public final class Escapes {
    private Escapes() {}

    /** The text marked safe; escaped unless it was safe already. */
    public static Str html(Str text, Budget budget) {
        return text.isSafe() ? text : forced(text, budget);
    }

    /** The same, escaped even if it was safe. */
    public static Str forced(Str text, Budget budget) {
        StrBuilder out = new StrBuilder(budget);
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            String escaped = escaped(text.text().charAt(i));
            if (!escaped.isEmpty()) {
                out.append(text, plain, i).append(escaped, text, i, i + 1);
                plain = i + 1;
            }
        }
        return out.append(text, plain, text.length()).build().asSafe();
    }

    private static String escaped(char c) {
        return switch (c) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '\'' -> "&#39;";
            case '"' -> "&#34;";
            default -> "";
        };
    }
}
