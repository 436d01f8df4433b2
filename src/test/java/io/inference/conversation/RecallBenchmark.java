package io.inference.conversation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a real model still knows of a long conversation: how many facts are in the prompt after summaries of summaries
 * up to the master of five levels, how many its answers repeat, and how many it repeats if it gets the whole
 * conversation. With the model's part in the ledger and without it. Prints a table.
 *
 * <p>The model is that of the local engine, or {@code recall.model}; {@code recall.turns} are lengths, separated by
 * commas. Every two messages are a summary: 48 turns take half an hour with a small model on two processors.
 */
final class RecallBenchmark {
    private static final String MODEL = System.getProperty("recall.model", "smollm2:135m");
    private static final List<Integer> TURNS = Stream.of(
                    System.getProperty("recall.turns", "48,200").split(","))
            .map(Integer::valueOf)
            .toList();
    private static final int ANSWER_TOKENS = 48;

    private RecallBenchmark() {}

    public static void main(String[] args) throws Exception {
        List<String> table = new ArrayList<>();
        for (boolean searching : List.of(false, true)) {
            List<String> options = new ArrayList<>(SharedPostgres.freshOptions("recall_" + searching));
            options.addAll(List.of(
                    "--local-engine=cpu",
                    "--local-model=" + MODEL,
                    "--messages-before-summary=2",
                    "--summaries-before-consolidation=2",
                    "--max-summary-levels=5"));
            if (searching) {
                options.add("--ledger-model=" + MODEL);
            }
            try (RunningService service = RunningService.start(options.toArray(String[]::new))) {
                for (int turns : TURNS) {
                    table.addAll(measure(service, turns, searching));
                }
            }
        }
        System.out.println("| facts | turns | model's part in the ledger | in the prompt | repeated by the model | "
                + "repeated with the whole conversation |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        table.forEach(System.out::println);
        System.exit(0);
    }

    private static List<String> measure(RunningService service, int turns, boolean searching) throws Exception {
        var caller = new ConversationCaller(service, null);
        ArrayNode first = ConversationCaller.JSON.createArrayNode();
        first.addObject().put("role", "user").put("content", "Hello!");
        ObjectNode begin = chat(first).put("conversation_id", "new");
        String id = ConversationCaller.id(caller.post("/v1/chat/completions", begin));
        RecallFacts all = RecallFacts.WITH_FORM.and(RecallFacts.WITHOUT_FORM);
        all.say(caller, id, turns);
        RecallFacts.awaitSummaries(service, id, turns, Duration.ofHours(1));
        ArrayNode prompt = (ArrayNode)
                caller.get("/v1/conversations/" + id + "/prompt?model=" + MODEL).path("messages");
        ArrayNode whole = ConversationCaller.JSON.createArrayNode();
        List<String> texts = all.texts(turns);
        for (int i = 0; i < texts.size(); i++) {
            whole.addObject().put("role", i % 2 == 0 ? "user" : "assistant").put("content", texts.get(i));
        }
        List<String> rows = new ArrayList<>();
        for (RecallFacts facts : List.of(RecallFacts.WITH_FORM, RecallFacts.WITHOUT_FORM)) {
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %d | %s | %d of %d | %s | %s |",
                    facts == RecallFacts.WITH_FORM ? "numbers, dates, ids, paths, names" : "plain words",
                    turns,
                    searching ? "on" : "off",
                    facts.in(prompt.toString()),
                    facts.values().size(),
                    repeated(caller, facts, prompt),
                    repeated(caller, facts, whole)));
            System.out.println(rows.getLast());
        }
        return rows;
    }

    /** How many questions are answered with their value after these messages. */
    private static String repeated(ConversationCaller caller, RecallFacts facts, ArrayNode before) throws Exception {
        int found = 0;
        for (int i = 0; i < facts.questions().size(); i++) {
            ArrayNode messages = before.deepCopy();
            messages.addObject()
                    .put("role", "user")
                    .put("content", facts.questions().get(i));
            HttpResponse<String> answer = caller.post("/v1/chat/completions", chat(messages));
            if (answer.statusCode() == 400 && answer.body().contains("context_length_exceeded")) {
                return "longer than the context";
            }
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.body());
            }
            if (answer.body().contains(facts.values().get(i))) {
                found++;
            }
        }
        return String.valueOf(found);
    }

    private static ObjectNode chat(ArrayNode messages) {
        ObjectNode body = ConversationCaller.JSON.createObjectNode().put("model", MODEL);
        body.put("temperature", 0).put("max_tokens", ANSWER_TOKENS).set("messages", messages);
        return body;
    }
}
