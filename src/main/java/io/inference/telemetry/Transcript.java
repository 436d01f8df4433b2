package io.inference.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The prompt of a request as one line of JSON of bounded length: texts up to a number of characters in all, a
 * conversation's newest messages first, with a mark if something is left out. Pictures are named by their type and
 * size.
 */
final class Transcript {
    /** Characters of the bound that a list entry counts in addition to its texts. */
    static final int CHARACTERS_AN_ENTRY = 32;

    private static final int CHARACTERS_A_NAME = 200;
    private static final int BASE64_CHARACTERS = 4;
    private static final int BASE64_BYTES = 3;
    /**
     * Control characters, invisible formatting, unpaired surrogates, and line separators: escaped, so that no text
     * starts a line of its own.
     */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private final JsonNodeFactory json = JsonNodeFactory.instance;
    private int left;

    private Transcript(int characters) {
        this.left = characters;
    }

    /** @param characters maximum number of characters of all texts together */
    static String of(InferenceRequest request, int characters) {
        Transcript transcript = new Transcript(characters);
        return line(
                switch (request) {
                    case ChatRequest chat -> transcript.conversation(chat.messages());
                    case GenerateRequest generate -> transcript.list(generate.prompts(), transcript::text, "prompts");
                    case EmbedRequest embed -> transcript.list(embed.inputs(), transcript::text, "texts");
                    case SummarizeRequest summarize
                    when summarize.messages().isEmpty() -> transcript.text(summarize.text());
                    case SummarizeRequest summarize -> transcript.conversation(summarize.messages());
                    case ImageRequest image -> transcript.text(image.prompt());
                });
    }

    /** JSON in one line, whatever its texts contain. */
    static String line(JsonNode node) {
        Matcher unsafe = UNSAFE.matcher(node.toString());
        return unsafe.replaceAll(found -> {
            StringBuilder escaped = new StringBuilder();
            // These characters can occur only within JSON strings, since Jackson writes none of them elsewhere.
            found.group().chars().forEach(unit -> escaped.append("\\u%04x".formatted(unit)));
            return Matcher.quoteReplacement(escaped.toString());
        });
    }

    /** The mark for what is left out. */
    static String more(long count, String what) {
        return "…[" + count + " more " + what + "]";
    }

    /** The beginning of a text, without half a surrogate pair at its end. */
    static String beginning(String text, int characters) {
        int end = Math.max(0, Math.min(characters, text.length()));
        boolean splits = end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
        return text.substring(0, splits ? end - 1 : end);
    }

    static String name(String text) {
        return text.length() <= CHARACTERS_A_NAME ? text : beginning(text, CHARACTERS_A_NAME) + "…";
    }

    /** The newest messages are those that the answer refers to. */
    private ArrayNode conversation(List<Message> messages) {
        ArrayNode shown = list(messages.reversed(), this::message, "earlier messages");
        ArrayNode ordered = json.arrayNode(shown.size());
        for (int i = shown.size() - 1; i >= 0; i--) {
            ordered.add(shown.get(i));
        }
        return ordered;
    }

    private <T> ArrayNode list(List<T> entries, Function<T, JsonNode> write, String what) {
        ArrayNode shown = json.arrayNode();
        for (T entry : entries) {
            if (left <= 0) {
                shown.add(more(entries.size() - shown.size(), what));
                break;
            }
            left -= CHARACTERS_AN_ENTRY;
            shown.add(write.apply(entry));
        }
        return shown;
    }

    private JsonNode text(String text) {
        if (text.length() <= left) {
            left -= text.length();
            return TextNode.valueOf(text);
        }
        String shown = beginning(text, left);
        left = 0;
        return TextNode.valueOf(shown + more(text.length() - shown.length(), "characters"));
    }

    private ObjectNode message(Message message) {
        ObjectNode node = json.objectNode();
        node.put("role", message.role().label());
        putName(node, "name", message.name());
        putName(node, "tool_call_id", message.toolCallId());
        node.set("content", text(message.content()));
        String thinking = message.thinking();
        if (thinking != null) {
            node.set("thinking", text(thinking));
        }
        if (!message.images().isEmpty()) {
            node.set("images", list(message.images(), Transcript::image, "images"));
        }
        if (!message.toolCalls().isEmpty()) {
            node.set("tool_calls", list(message.toolCalls(), this::toolCall, "tool calls"));
        }
        return node;
    }

    private ObjectNode toolCall(ToolCall call) {
        ObjectNode node = json.objectNode();
        putName(node, "id", call.id());
        putName(node, "name", call.name());
        node.set("arguments", text(call.argumentsJson()));
        return node;
    }

    private static JsonNode image(Image image) {
        return TextNode.valueOf(
                switch (image) {
                    case Image.Inline inline -> {
                        long bytes = (long) inline.base64().length() * BASE64_BYTES / BASE64_CHARACTERS;
                        yield name(inline.mediaType()) + ", about " + bytes + " bytes";
                    }
                    case Image.Remote remote -> name(remote.url());
                });
    }

    static void putName(ObjectNode node, String field, @Nullable String text) {
        if (text != null) {
            node.put(field, name(text));
        }
    }
}
