package io.inference.grpc.messages;

import com.google.protobuf.Message;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.conversation.Conversation;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.Conversations;
import io.inference.conversation.Page;
import io.inference.conversation.StoredMessage;
import io.inference.grpc.GrpcAnswer;
import io.inference.grpc.v1.GetConversationRequest;
import io.inference.grpc.v1.ListMessagesRequest;
import io.inference.grpc.v1.ListMessagesResponse;
import java.util.UUID;
import org.apache.camel.Exchange;

/** Answers the methods about stored conversations. */
final class ConversationProcessors {
    private static final int STANDARD = 20;
    private static final int MOST = 100;

    private final Conversations conversations;

    ConversationProcessors(Conversations conversations) {
        this.conversations = conversations;
    }

    void get(Exchange exchange) {
        var asked = (GetConversationRequest) exchange.getMessage().getBody();
        Conversation found = conversations.find(caller(exchange), id(asked.getId()));
        answer(
                exchange,
                io.inference.grpc.v1.Conversation.newBuilder()
                        .setId(ConversationIds.conversation(found.id()))
                        .setTitle(found.title())
                        .setCreated(found.createdAt().getEpochSecond())
                        .setUpdated(found.updatedAt().getEpochSecond())
                        .setMessageCount(found.messages())
                        .build());
    }

    void listMessages(Exchange exchange) {
        var asked = (ListMessagesRequest) exchange.getMessage().getBody();
        UUID id = id(asked.getConversationId());
        int most = asked.hasPageSize() ? Fields.atLeast("page_size", asked.getPageSize(), 1) : STANDARD;
        if (most > MOST) {
            throw InferenceException.invalid("page_size", "'page_size' must be at most " + MOST);
        }
        String token = asked.getPageToken();
        Long after = token.isEmpty()
                ? null
                : ConversationIds.message(id, token)
                        .orElseThrow(() -> InferenceException.invalid(
                                "page_token", "'page_token' must be the next_page_token of a page before"));
        Page<StoredMessage> page = conversations.messages(caller(exchange), id, after, false, most);
        ListMessagesResponse.Builder response = ListMessagesResponse.newBuilder();
        page.entries().forEach(stored -> response.addMessages(message(stored)));
        if (page.hasMore()) {
            response.setNextPageToken(
                    response.getMessages(response.getMessagesCount() - 1).getId());
        }
        answer(exchange, response.build());
    }

    private static io.inference.grpc.v1.Message message(StoredMessage stored) {
        return ChatMessages.message(stored.message()).toBuilder()
                .setId(ConversationIds.message(stored.conversation(), stored.seq()))
                .build();
    }

    private static void answer(Exchange exchange, Message message) {
        exchange.getMessage().setBody(new GrpcAnswer.Whole(message));
    }

    private static UUID id(String text) {
        return ConversationIds.conversation(text).orElseThrow(() -> InferenceException.noSuch("conversation"));
    }

    /** The caller; records the operation in the call. */
    private static Caller caller(Exchange exchange) {
        exchange.getProperty(Call.PROPERTY, Call.class).setOperation(Operation.CONVERSATIONS);
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (caller == null) {
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, "the call has no caller");
        }
        return caller;
    }
}
