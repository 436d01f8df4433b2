package io.inference.http.conversations;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.conversation.Conversation;
import io.inference.conversation.ConversationChange;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.Conversations;
import io.inference.conversation.NewConversation;
import io.inference.conversation.Page;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.StoredSummary;
import io.inference.conversation.WrittenPrompt;
import io.inference.conversation.memory.Span;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.jobs.Parameters;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** The steps of {@code rest-conversations.camel.yaml}. Each leaves the JSON to send. */
final class ConversationProcessors {
    private static final String WHAT = "conversation";
    private static final int LONGEST_SEARCH = 200;

    private final Conversations conversations;

    ConversationProcessors(Conversations conversations) {
        this.conversations = conversations;
    }

    /** Body in: JSON; body out: {@link NewConversation}. */
    void read(Exchange exchange) {
        exchange.getMessage().setBody(ConversationReader.begin(body(exchange.getMessage())));
    }

    /** Body in: JSON; body out: {@link ConversationChange}. */
    void readChange(Exchange exchange) {
        exchange.getMessage().setBody(ConversationReader.change(body(exchange.getMessage())));
    }

    void create(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof NewConversation wanted)) {
            throw Parameters.nothing(WHAT);
        }
        answer(exchange, conversations.create(caller(exchange), wanted, call(exchange)));
    }

    void list(Exchange exchange) {
        Message message = exchange.getMessage();
        String words = message.getHeader("q", String.class);
        if (words != null && (words.isBlank() || words.length() > LONGEST_SEARCH)) {
            throw InferenceException.invalid("q", "'q' must have 1 to " + LONGEST_SEARCH + " characters");
        }
        String after = message.getHeader("after", String.class);
        UUID afterId = after == null
                ? null
                : ConversationIds.conversation(after)
                        .orElseThrow(
                                () -> InferenceException.invalid("after", "'after' must be the id of a conversation"));
        Page<Conversation> page = conversations.list(caller(exchange), words, afterId, Parameters.limit(message));
        message.setBody(HttpAnswer.json(ConversationWriter.conversations(page)));
    }

    void find(Exchange exchange) {
        answer(exchange, conversations.find(caller(exchange), id(exchange)));
    }

    void change(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof ConversationChange change)) {
            throw Parameters.nothing(WHAT);
        }
        answer(exchange, conversations.change(caller(exchange), id(exchange), change));
    }

    void delete(Exchange exchange) {
        UUID id = id(exchange);
        conversations.delete(caller(exchange), id);
        exchange.getMessage().setBody(HttpAnswer.json(ConversationWriter.deleted(id)));
    }

    void deleteAll(Exchange exchange) {
        int count = conversations.deleteAll(caller(exchange));
        exchange.getMessage().setBody(HttpAnswer.json(ConversationWriter.deletedAll(count)));
    }

    /** The items of OpenAI's Conversations API: messages, function calls and their results. */
    void listItems(Exchange exchange) {
        Message message = exchange.getMessage();
        UUID id = id(exchange);
        boolean newestFirst = order(message, "desc").equals("desc");
        Page<StoredMessage> page = conversations.messages(
                caller(exchange), id, after(message, id), newestFirst, Parameters.limit(message));
        message.setBody(HttpAnswer.json(ItemWriter.page(page.entries(), newestFirst, page.hasMore())));
    }

    /** Body in: JSON with items; body out: the items as they are stored. */
    void addItems(Exchange exchange) {
        List<io.inference.api.message.Message> added = ConversationReader.items(body(exchange.getMessage()));
        List<StoredMessage> stored = conversations.add(caller(exchange), id(exchange), added, call(exchange));
        exchange.getMessage().setBody(HttpAnswer.json(ItemWriter.page(stored, false, false)));
    }

    void listMessages(Exchange exchange) {
        Message message = exchange.getMessage();
        UUID id = id(exchange);
        boolean newestFirst = order(message, "asc").equals("desc");
        Page<StoredMessage> page = conversations.messages(
                caller(exchange), id, after(message, id), newestFirst, Parameters.limit(message));
        message.setBody(HttpAnswer.json(ConversationWriter.messages(page)));
    }

    private static String order(Message message, String standard) {
        String order = message.getHeader("order", standard, String.class);
        if (!order.equals("asc") && !order.equals("desc")) {
            throw InferenceException.invalid("order", "'order' must be asc or desc");
        }
        return order;
    }

    private static @Nullable Long after(Message message, UUID conversation) {
        String after = message.getHeader("after", String.class);
        return after == null
                ? null
                : ItemWriter.seq(conversation, after)
                        .orElseThrow(() -> InferenceException.invalid(
                                "after", "'after' must be the id of a message of this conversation"));
    }

    void listSummaries(Exchange exchange) {
        Message message = exchange.getMessage();
        UUID id = id(exchange);
        String after = message.getHeader("after", String.class);
        Span afterSpan = after == null
                ? null
                : ConversationIds.summary(id, after)
                        .orElseThrow(() -> InferenceException.invalid(
                                "after", "'after' must be the id of a summary of this conversation"));
        Page<StoredSummary> page = conversations.summaries(caller(exchange), id, afterSpan, Parameters.limit(message));
        Set<Span> active = conversations.activeSummaries(caller(exchange), id);
        message.setBody(HttpAnswer.json(SummaryWriter.page(id, page, active)));
    }

    /** Body out: a chat of the model that the query names, without a message. Names the conversation for its turn. */
    void readPrompt(Exchange exchange) {
        UUID id = id(exchange);
        Caller ignored = caller(exchange);
        String model = variable(exchange, "model");
        if (model.isBlank()) {
            throw InferenceException.invalid("model", "'model' is required: the prompt is made for a model");
        }
        Message message = exchange.getMessage();
        message.setHeader("InferenceConversationId", ConversationIds.conversation(id));
        message.setBody(new ChatRequest(model, List.of(), Options.DEFAULTS, List.of(), null, null, null, false));
    }

    /** Body in: the chat with the messages of its prompt. */
    void answerPrompt(Exchange exchange) {
        var prompt = exchange.getProperty(WrittenPrompt.PROPERTY, WrittenPrompt.class);
        if (prompt == null || !(exchange.getMessage().getBody() instanceof ChatRequest chat)) {
            throw Parameters.nothing("prompt");
        }
        exchange.getMessage().setBody(HttpAnswer.json(PromptWriter.prompt(prompt, chat)));
    }

    void findMessage(Exchange exchange) {
        StoredMessage found = conversations.message(caller(exchange), id(exchange), seq(exchange));
        exchange.getMessage().setBody(HttpAnswer.json(ConversationWriter.message(found)));
    }

    void deleteMessage(Exchange exchange) {
        UUID id = id(exchange);
        conversations.deleteMessage(caller(exchange), id, seq(exchange), call(exchange));
        answer(exchange, conversations.find(caller(exchange), id));
    }

    /** A line of JSON for the conversation, and one for each of its messages. */
    void export(Exchange exchange) {
        exchange.getMessage().setBody(ConversationExport.one(conversations, caller(exchange), id(exchange)));
    }

    /** The same for each conversation of the caller. */
    void exportAll(Exchange exchange) {
        exchange.getMessage().setBody(ConversationExport.all(conversations, caller(exchange)));
    }

    private static void answer(Exchange exchange, Conversation conversation) {
        exchange.getMessage().setBody(HttpAnswer.json(ConversationWriter.conversation(conversation)));
    }

    private static Call call(Exchange exchange) {
        return exchange.getProperty(Call.PROPERTY, Call.class);
    }

    /** The caller; records the operation in the call. */
    private static Caller caller(Exchange exchange) {
        call(exchange).setOperation(Operation.CONVERSATIONS);
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (caller == null) {
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, "the request has no caller");
        }
        return caller;
    }

    private static UUID id(Exchange exchange) {
        return ConversationIds.conversation(variable(exchange, "id"))
                .orElseThrow(() -> InferenceException.noSuch(WHAT));
    }

    private static long seq(Exchange exchange) {
        return ItemWriter.seq(id(exchange), variable(exchange, "message"))
                .orElseThrow(() -> InferenceException.noSuch("message"));
    }

    private static String variable(Exchange exchange, String name) {
        return exchange.getMessage().getHeader(name, "", String.class);
    }

    private static byte[] body(Message message) {
        byte @Nullable [] body = message.getBody(byte[].class);
        return body == null ? new byte[0] : body;
    }
}
