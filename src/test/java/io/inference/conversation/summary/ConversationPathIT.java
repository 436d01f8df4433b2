package io.inference.conversation.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Caller;
import io.inference.api.call.Usage;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.conversation.NewMessage;
import io.inference.conversation.Outcome;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.memory.MemoryRules;
import io.inference.conversation.memory.TokenCounter;
import io.inference.conversation.store.MessageStore;
import io.inference.conversation.store.Owner;
import io.inference.conversation.store.PathEntry;
import io.inference.conversation.store.SummaryRows;
import io.inference.conversation.store.SummaryStore;
import io.inference.conversation.store.TextCipher;
import io.inference.conversation.store.TurnStore;
import io.inference.database.Database;
import io.inference.database.DatabaseAddress;
import io.inference.embedded.SharedPostgres;
import io.inference.models.ModelDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the flows' statements find of random conversations with branches, tool calls, instructions and deletions, while
 * summaries land in any order.
 */
class ConversationPathIT {
    private static final Caller CALLER = new Caller("ann", Set.of(), Set.of(), "acme", Caller.Kind.USER);
    private static final Owner OWNER = Owner.of(CALLER);
    private static final MemoryRules RULES = new MemoryRules(4, 0.5, 3, 2, 2, 0.7);
    private static final MemorySettings SETTINGS = new MemorySettings(RULES, 100, "consolidate", false);
    private static final int CONTEXT = 1500;

    private static Database database;

    @BeforeAll
    static void open() {
        DatabaseAddress address = SharedPostgres.fresh("conversation_path");
        database = Database.open(() -> address);
        await().atMost(Duration.ofMinutes(1)).until(() -> database.state().equals("up"));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static final TextCipher PLAIN = new TextCipher(List.of());

    /** A conversation, and the tasks of its summaries that are not done. */
    private static final class Talk {
        private final Random random;
        private final UUID id = UUID.randomUUID();
        private final TurnStore turns = new TurnStore(database, PLAIN);
        private final MessageStore messages = new MessageStore(database, PLAIN);
        private final ModelTokens models = new ModelTokens(new ModelDirectory());
        private final Deque<SummaryTask> tasks = new ArrayDeque<>();
        private final Set<String> submitted = new java.util.HashSet<>();
        private final DueSummaries due = new DueSummaries(
                new SummaryStore(database, new SummaryRows(PLAIN)),
                SETTINGS,
                models,
                () -> (owner, task, key, payload) -> {
                    if (submitted.add(key)) {
                        tasks.add(SummaryTask.read(payload));
                    }
                });
        private final ConversationPrompt prompts = new ConversationPrompt(SETTINGS, models, due);
        private int said;
        private int landed;

        Talk(long seed) {
            random = new Random(seed);
            UUID turn = UUID.randomUUID();
            assertThat(turns.create(OWNER, id, turn, Duration.ofSeconds(1), Instant.now()))
                    .isTrue();
            turns.release(id, turn, false);
        }

        Map<Long, StoredMessage> log() {
            return messages.list(id, null, false, 100_000).stream()
                    .collect(Collectors.toMap(StoredMessage::seq, message -> message));
        }

        long head() {
            return database.call(client -> client.sql("SELECT head FROM conversations WHERE id = ?")
                    .param(id)
                    .query(Long.class)
                    .single());
        }

        void say() {
            List<Long> all = new ArrayList<>(log().keySet());
            Collections.sort(all);
            boolean branches = !all.isEmpty() && random.nextInt(12) == 0;
            long parent = branches ? all.get(random.nextInt(all.size())) : head();
            List<NewMessage> turn = new ArrayList<>();
            if (random.nextInt(6) == 0) {
                turn.add(message(Message.of(Role.SYSTEM, "Rule " + said)));
            }
            turn.add(message(Message.of(Role.USER, text())));
            if (random.nextInt(4) == 0) {
                var calls =
                        List.of(new ToolCall(0, "a" + said, "look", "{}"), new ToolCall(1, "b" + said, "look", "{}"));
                turn.add(answer(new Message(Role.ASSISTANT, "", null, List.of(), calls, null, null)));
                turn.add(message(new Message(Role.TOOL, "found", null, List.of(), List.of(), "a" + said, null)));
                turn.add(message(new Message(Role.TOOL, "found", null, List.of(), List.of(), "b" + said, null)));
            }
            turn.add(answer(Message.of(Role.ASSISTANT, text())));
            var addition = new TurnStore.Addition(OWNER, id, UUID.randomUUID(), parent, 0, "title", turn);
            assertThat(turns.add(addition, false, Instant.now()).exists()).isTrue();
        }

        private String text() {
            return "Item " + (++said) + " costs " + random.nextInt(1000) + " EUR. "
                    + "More. ".repeat(random.nextInt(20));
        }

        private static NewMessage message(Message message) {
            return new NewMessage(message, null, Instant.now());
        }

        private static NewMessage answer(Message message) {
            return new NewMessage(message, new Outcome("echo", FinishReason.STOP, null, 1, 1), Instant.now());
        }

        void delete() {
            List<Long> all = new ArrayList<>(log().keySet());
            assertThat(messages.delete(OWNER, id, all.get(random.nextInt(all.size()))))
                    .isTrue();
        }

        void summarize() {
            due.submit(CALLER, id, null);
            List<SummaryTask> some = new ArrayList<>(tasks);
            Collections.shuffle(some, random);
            some.stream().limit(1 + random.nextInt(4)).forEach(task -> {
                assertThat(tasks.remove(task)).isTrue();
                boolean twice = random.nextInt(5) == 0;
                land(task);
                if (twice) {
                    land(task);
                }
            });
        }

        private void land(SummaryTask task) {
            SpanSummary summary = new SpanSummary(task, SETTINGS);
            summary.begin(rows(
                    "load-summarized.sql",
                    Map.of(
                            "conversation",
                            id,
                            "last",
                            task.span().last(),
                            "first",
                            task.span().first(),
                            "level",
                            task.span().level(),
                            "deletions",
                            task.deletions())));
            if (summary.isUnfinished()) {
                String text = "Summary of " + "words ".repeat(5 + random.nextInt(10)) + ".";
                summary.draft(
                        new ChatAnswer.Whole(
                                "echo",
                                List.of(new Choice(0, Message.of(Role.ASSISTANT, text), FinishReason.STOP, List.of())),
                                Usage.NONE),
                        1,
                        50);
            }
            if (!summary.isMade()) {
                return;
            }
            Map<String, @Nullable Object> values = new HashMap<>(new SummaryRows(PLAIN)
                    .parameters(id, Objects.requireNonNull(summary.result()), summary.lastInstructions()));
            values.putAll(Map.of(
                    "conversation",
                    id,
                    "last",
                    summary.last(),
                    "first",
                    summary.first(),
                    "level",
                    summary.level(),
                    "deletions",
                    summary.deletions()));
            landed += database.<Integer>call(client -> client.sql(sql("add-conversation-summary.sql"))
                    .params(values)
                    .update());
        }

        List<PathEntry> path(long parent) {
            return rows(
                    "load-messages.sql",
                    Map.of(
                            "conversation",
                            id,
                            "parent",
                            parent,
                            "InferenceRecentMessages",
                            RULES.keepRecentMessages()));
        }

        private List<PathEntry> rows(String file, Map<String, ?> values) {
            return new SummaryRows(PLAIN)
                    .path(
                            id,
                            database.call(client ->
                                    client.sql(sql(file)).params(values).query().listOfRows()));
        }

        /** The statement of a flow, with parameters by name. */
        private static String sql(String file) {
            try {
                return Files.readString(Path.of("src/main/resources/sql", file))
                        .replaceAll(":#\\$\\{exchangeProperty\\.(?:\\w+\\.)?(\\w+)}", ":$1")
                        .replace(":#", ":");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void eachMessageIsVerbatimOrInOneSummaryOnEveryBranch(long seed) {
        Talk talk = new Talk(seed);
        int checked = 0;
        for (int step = 0; step < 60; step++) {
            talk.say();
            if (talk.random.nextInt(8) == 0) {
                talk.delete();
            }
            talk.summarize();
            Map<Long, StoredMessage> log = talk.log();
            List<Long> all = new ArrayList<>(log.keySet());
            for (long parent : List.of(talk.head(), all.get(talk.random.nextInt(all.size())))) {
                if (parent != 0) {
                    check(talk, log, parent);
                    checked++;
                }
            }
        }
        assertThat(checked).isGreaterThan(100);
        assertThat(talk.landed).isGreaterThan(15);
        // Nothing is due any more in the end, and a master is there.
        for (int round = 0; round < 60; round++) {
            talk.summarize();
        }
        assertThat(talk.tasks).isEmpty();
        check(talk, talk.log(), talk.head());
    }

    private static void check(Talk talk, Map<Long, StoredMessage> log, long parent) {
        List<StoredMessage> way = way(log, parent);
        List<PathEntry> path = talk.path(parent);
        Map<Long, Integer> times = new HashMap<>();
        List<StoredMessage> verbatim = new ArrayList<>();
        for (PathEntry entry : path) {
            switch (entry) {
                case PathEntry.Stored stored -> {
                    verbatim.add(Objects.requireNonNull(log.get(stored.seq())));
                    if (stored.message().role() != Role.SYSTEM) {
                        times.merge(stored.seq(), 1, Integer::sum);
                    }
                }
                case PathEntry.Covered covered -> {
                    List<Long> numbers = way.stream()
                            .filter(message -> message.message().role() != Role.SYSTEM)
                            .map(StoredMessage::seq)
                            .filter(seq -> covered.span().first() <= seq
                                    && seq <= covered.span().last())
                            .toList();
                    assertThat(numbers.getFirst()).isEqualTo(covered.span().first());
                    assertThat(numbers.getLast()).isEqualTo(covered.span().last());
                    assertThat(covered.messages()).isEqualTo(numbers.size());
                    numbers.forEach(seq -> times.merge(seq, 1, Integer::sum));
                    covered.ledger().facts().forEach(fact -> assertThat(numbers).contains(fact.message()));
                }
            }
        }
        List<StoredMessage> said = way.stream()
                .filter(message -> message.message().role() != Role.SYSTEM)
                .toList();
        assertThat(times.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        said.stream().map(StoredMessage::seq).toList());
        assertThat(times.values()).containsOnly(1);
        assertThat(verbatim)
                .containsAll(said.subList(Math.max(0, said.size() - RULES.keepRecentMessages()), said.size()));
        checkToolCalls(verbatim);
        checkInstructions(way, path);
        checkPrompt(talk, path, said.size());
    }

    private static List<StoredMessage> way(Map<Long, StoredMessage> log, long parent) {
        List<StoredMessage> way = new ArrayList<>();
        for (long seq = parent; seq != 0; seq = way.getFirst().parent()) {
            way.addFirst(Objects.requireNonNull(log.get(seq)));
        }
        return way;
    }

    private static void checkToolCalls(List<StoredMessage> verbatim) {
        Set<String> calls = verbatim.stream()
                .flatMap(message -> message.message().toolCalls().stream())
                .map(ToolCall::id)
                .collect(Collectors.toSet());
        verbatim.stream()
                .filter(message -> message.message().role() == Role.TOOL)
                .forEach(message -> assertThat(calls).contains(message.message().toolCallId()));
    }

    /** The last instructions of the way are among what is read. */
    private static void checkInstructions(List<StoredMessage> way, List<PathEntry> path) {
        way.stream()
                .filter(message -> message.message().role() == Role.SYSTEM)
                .reduce((before, each) -> each)
                .ifPresent(last -> assertThat(path)
                        .anySatisfy(entry -> assertThat(entry.seq()).isEqualTo(last.seq())));
    }

    private static void checkPrompt(Talk talk, List<PathEntry> path, int messages) {
        Message question = Message.of(Role.USER, "What did it cost?");
        ChatRequest chat =
                new ChatRequest("echo", List.of(question), Options.DEFAULTS, List.of(), null, null, null, false);
        ConversationPrompt.Written written =
                talk.prompts.write(chat, List.of(Message.of(Role.SYSTEM, "Help.")), path, List.of(question), CONTEXT);
        long given = written.messages().stream()
                .filter(message -> message.role() != Role.SYSTEM)
                .count();
        assertThat(written.summarized() + given).isEqualTo(messages + 1);
        TokenCounter counter = talk.models.counter("echo");
        int tokens = written.messages().stream()
                .mapToInt(message -> counter.count(message.role(), message.content()))
                .sum();
        assertThat(tokens).isLessThanOrEqualTo(CONTEXT * 3 / 4);
    }
}
