package io.inference.http.conversations;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.conversation.Conversations;
import io.inference.conversation.Page;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.StoredSummary;
import io.inference.conversation.UnreadableException;
import io.inference.conversation.memory.Span;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Enumeration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lines of JSON for conversations of a caller: each one itself, its messages and its summaries. A few of them are
 * read at a time, so that an export of any size needs little memory. A conversation that cannot be decrypted is a line
 * with the reason; a failure after the first line is the last line.
 */
final class ConversationExport implements Enumeration<InputStream> {
    private static final int AT_A_TIME = 20;
    private static final int CONVERSATIONS_AT_A_TIME = 100;

    private final Conversations conversations;
    private final Caller caller;
    /** Conversations to come. */
    private final Deque<UUID> next = new ArrayDeque<>();

    private boolean more;
    private boolean begun;
    /** The last one whose id was read. */
    private @Nullable UUID last;
    /** The one whose messages or summaries are read; null before the first and after the last of them. */
    private @Nullable UUID current;

    private @Nullable Long after;
    /** Those of the current one that stand in place of messages; null while its messages are read. */
    private @Nullable Set<Span> active;

    private @Nullable Span afterSummary;

    private ConversationExport(Conversations conversations, Caller caller) {
        this.conversations = conversations;
        this.caller = caller;
    }

    /** All conversations of a caller. */
    static HttpAnswer all(Conversations conversations, Caller caller) {
        var export = new ConversationExport(conversations, caller);
        export.more = true;
        return export.answer();
    }

    /**
     * One conversation.
     *
     * @throws InferenceException if it cannot be read
     */
    static HttpAnswer one(Conversations conversations, Caller caller, UUID id) {
        var export = new ConversationExport(conversations, caller);
        var first = new ByteArrayInputStream(line(ConversationWriter.conversation(conversations.find(caller, id))));
        export.current = id;
        export.begun = true;
        return answer(new SequenceInputStream(first, export.content()));
    }

    private HttpAnswer answer() {
        return answer(content());
    }

    private InputStream content() {
        return new SequenceInputStream(this) {
            @Override
            public void close() throws IOException {
                // Otherwise it would read all that is left, to close it.
                end();
                super.close();
            }
        };
    }

    private void end() {
        current = null;
        next.clear();
        more = false;
    }

    private static HttpAnswer answer(InputStream lines) {
        return new HttpAnswer.Copied(Framing.LINES.contentType(), HttpAnswer.Copied.UNKNOWN, lines);
    }

    @Override
    public boolean hasMoreElements() {
        return current != null || !next.isEmpty() || more;
    }

    @Override
    public InputStream nextElement() {
        if (!hasMoreElements()) {
            throw new NoSuchElementException();
        }
        byte[] lines = lines();
        begun = true;
        return new ByteArrayInputStream(lines);
    }

    private byte[] lines() {
        try {
            if (current != null) {
                return active == null ? messages(current) : summaries(current, active);
            }
            if (next.isEmpty()) {
                List<UUID> ids = conversations.ids(caller, last, CONVERSATIONS_AT_A_TIME);
                more = ids.size() == CONVERSATIONS_AT_A_TIME;
                last = ids.isEmpty() ? last : ids.getLast();
                next.addAll(ids);
            }
            UUID id = next.poll();
            return id == null ? new byte[0] : begin(id);
        } catch (InferenceException e) {
            if (!begun) {
                throw e;
            }
            end();
            return line(ConversationWriter.failure(null, e));
        }
    }

    private byte[] begin(UUID id) {
        try {
            byte[] line = line(ConversationWriter.conversation(conversations.find(caller, id)));
            current = id;
            after = null;
            active = null;
            return line;
        } catch (UnreadableException e) {
            return line(ConversationWriter.failure(id, e));
        } catch (InferenceException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                // Deleted meanwhile.
                return new byte[0];
            }
            throw e;
        }
    }

    private byte[] messages(UUID id) {
        return page(id, () -> {
            Page<StoredMessage> page = conversations.messages(caller, id, after, false, AT_A_TIME);
            var lines = new ByteArrayOutputStream();
            for (StoredMessage message : page.entries()) {
                lines.writeBytes(line(ConversationWriter.message(message)));
                after = message.seq();
            }
            if (!page.hasMore()) {
                active = conversations.activeSummaries(caller, id);
                afterSummary = null;
            }
            return lines.toByteArray();
        });
    }

    private byte[] summaries(UUID id, Set<Span> standing) {
        return page(id, () -> {
            Page<StoredSummary> page = conversations.summaries(caller, id, afterSummary, AT_A_TIME);
            var lines = new ByteArrayOutputStream();
            for (StoredSummary summary : page.entries()) {
                lines.writeBytes(line(SummaryWriter.summary(id, summary, standing.contains(summary.span()))));
                afterSummary = summary.span();
            }
            if (!page.hasMore()) {
                current = null;
            }
            return lines.toByteArray();
        });
    }

    /** Lines of a conversation; if it cannot be decrypted, the line that says so; none if it was deleted meanwhile. */
    private byte[] page(UUID id, Supplier<byte[]> lines) {
        try {
            return lines.get();
        } catch (UnreadableException e) {
            current = null;
            return line(ConversationWriter.failure(id, e));
        } catch (InferenceException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
            current = null;
            return new byte[0];
        }
    }

    private static byte[] line(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
