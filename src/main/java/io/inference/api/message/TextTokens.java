package io.inference.api.message;

/**
 * Estimates how many tokens a text has without the model's tokenizer, rather too many than too few: what is cut by the
 * estimate has to fit.
 *
 * <p>Vocabularies differ, but agree in this: common words of up to five letters are one token, longer ones more, each
 * digit and each punctuation mark may be one. Letters outside of ASCII are rare in English vocabularies and then take
 * one token or more each, ideographs up to three.
 */
public final class TextTokens {
    private static final int LETTERS_A_TOKEN = 5;
    private static final int FIRST_IDEOGRAPH = 0x2E80;
    private static final int TOKENS_AN_IDEOGRAPH = 2;
    private static final int TOKENS_BEYOND = 3;

    private int letters;
    private int spaces;

    private TextTokens() {}

    public static int estimate(String text) {
        TextTokens tokens = new TextTokens();
        int sum = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            sum += tokens.of(c);
        }
        return sum;
    }

    /**
     * The end of the longest piece of a text that has at most so many tokens; at least one character is in it.
     *
     * @param from where the piece begins
     */
    public static int end(String text, int from, int mostTokens) {
        TextTokens tokens = new TextTokens();
        int sum = 0;
        int i = from;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            sum += tokens.of(c);
            if (sum > mostTokens && i > from) {
                return i;
            }
            i += Character.charCount(c);
        }
        return i;
    }

    /** Tokens that the next character adds. */
    private int of(int c) {
        if (isAsciiLetter(c)) {
            spaces = 0;
            return letters++ % LETTERS_A_TOKEN == 0 ? 1 : 0;
        }
        letters = 0;
        if (c == ' ') {
            // One space belongs to the word after it; more are a token of their own.
            return ++spaces == 2 ? 1 : 0;
        }
        spaces = 0;
        if (c >= Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            return TOKENS_BEYOND;
        }
        return c >= FIRST_IDEOGRAPH ? TOKENS_AN_IDEOGRAPH : 1;
    }

    private static boolean isAsciiLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
}
