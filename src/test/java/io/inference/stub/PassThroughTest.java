package io.inference.stub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.call.Call;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.http.StubDoor;
import io.inference.http.ollama.request.GenerateRequestReader;
import io.inference.http.openai.request.ChatRequestReader;
import io.inference.http.openai.request.CompletionRequestReader;
import io.inference.http.openai.request.EmbeddingRequestReader;
import io.inference.ollama.OllamaBackend;
import io.inference.openai.OpenAiBackend;
import io.inference.upstream.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What callers say goes on to backends as it was said, and what backends say comes back: the wire formats in front of a
 * backend whose server records what it gets.
 */
class PassThroughTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String ANSWER = "{'model':'m','choices':[{'index':0,'message':{'role':'assistant',"
            + "'content':'hi'},'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'completion_tokens':4}}";

    private StubServer.Handler handler =
            (request, connection) -> connection.whole(200, "application/json", json(ANSWER));
    private final StubServer server = new StubServer((request, connection) -> handler.handle(request, connection));
    private final Backend openAi = new OpenAiBackend(Connection.of("openai", server.url(), null, LONG));
    private final Backend ollama = new OllamaBackend(Connection.of("ollama", server.url(), null, LONG));
    private Backend backend = openAi;
    private final StubDoor door = new StubDoor()
            .serve("/v1/chat/completions", ChatRequestReader::read, this::ask)
            .serve("/v1/completions", CompletionRequestReader::read, this::ask)
            .serve("/v1/embeddings", EmbeddingRequestReader::read, this::ask)
            .serve("/api/chat", io.inference.http.ollama.request.ChatRequestReader::read, this::ask)
            .serve("/api/generate", GenerateRequestReader::read, this::ask);

    @AfterEach
    void close() throws Exception {
        door.close();
        ((AutoCloseable) openAi).close();
        ((AutoCloseable) ollama).close();
        server.close();
    }

    private Object ask(InferenceRequest request) {
        Call call = new Call("id", "test", Duration.ofMinutes(1));
        return switch (request) {
            case ChatRequest chat -> backend.chat(chat, call);
            case GenerateRequest generate -> backend.generate(generate, call);
            case EmbedRequest embed -> backend.embed(embed, call);
            case SummarizeRequest summarize -> throw new IllegalStateException(summarize.model());
            case ImageRequest image -> throw new IllegalStateException(image.model());
        };
    }

    @Test
    void fieldsThatAreNotModelledReachAnOpenAiBackendUnchanged() throws Exception {
        String body = json("""
                {'model':'m','messages':[{'role':'user','content':'hi'}],
                 'reasoning_effort':'minimal','parallel_tool_calls':false,'logit_bias':{'50256':-100},
                 'service_tier':'flex','metadata':{'team':'a'},'user':'u','store':true,
                 'prediction':{'type':'content','content':'x'},
                 'modalities':['text','audio'],'audio':{'voice':'alloy','format':'wav'},
                 'guided_json':{'type':'object','properties':{'a':{'type':'number','minimum':1.50}}},
                 'chat_template_kwargs':{'enable_thinking':false,'x':[1,null]},'top_k':7,'min_p':0.1,
                 'functions':[{'name':'f'}],'web_search_options':{},'verbosity':'low',
                 'response_format':{'type':'structural_tag','structures':[]},'repetition_penalty':1.1,
                 'huge':12345678901234567890.12345678901234567890,'unheard_of':'\\u00e9\\ud83d\\ude00'}""");

        post("/v1/chat/completions", body);
        assertThat(sent()).isEqualTo(JSON.readTree(body));

        ObjectNode streamed = (ObjectNode) JSON.readTree(body);
        streamed.put("stream", true).putObject("stream_options").put("include_obfuscation", false);
        handler = (request, connection) -> connection.whole(
                200,
                "text/event-stream",
                json("data: {'choices':[{'index':0,'delta':{'content':'hi'},'finish_reason':'stop'}]}\n\n"));
        post("/v1/chat/completions", streamed.toString());
        ((ObjectNode) streamed.get("stream_options")).put("include_usage", true);
        assertThat(sent()).isEqualTo(streamed);
    }

    @Test
    void exactNumbersStayExact() throws Exception {
        post(
                "/v1/chat/completions",
                json("{'model':'m','messages':[{'role':'user','content':'hi'}],"
                        + "'a':12345678901234567890.123456789012345,'b':1E+400}"));

        assertThat(server.requests().getLast().body()).contains("12345678901234567890.123456789012345", "1E+400");
    }

    @Test
    void fieldsOfCompletionsAndEmbeddingsToo() throws Exception {
        String completion =
                json("{'model':'m','prompt':'a','max_tokens':3,'suffix':'z','best_of':3,'guided_regex':'x'}");
        post("/v1/completions", completion);
        assertThat(sent()).isEqualTo(JSON.readTree(completion));

        handler = (request, connection) ->
                connection.whole(200, "application/json", json("{'data':[{'index':0,'embedding':[1]}]}"));
        String embedding =
                json("{'model':'m','input':['a'],'encoding_format':'float','input_type':'query','user':'u'}");
        post("/v1/embeddings", embedding);
        assertThat(sent()).isEqualTo(JSON.readTree(embedding));
    }

    @Test
    void tokensToEmbedAreForOpenAiBackendsAlone() throws Exception {
        handler = (request, connection) ->
                connection.whole(200, "application/json", json("{'data':[{'index':0,'embedding':[1]}]}"));
        String request = json("{'model':'m','input':[[1,2],[3]],'encoding_format':'float'}");

        assertThat(post("/v1/embeddings", request).statusCode()).isEqualTo(200);
        assertThat(sent()).isEqualTo(JSON.readTree(request));

        backend = ollama;
        HttpResponse<String> refused = post("/v1/embeddings", request);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("unsupported", "\"param\":\"input\"");
    }

    @Test
    void messagesPartsAndToolsGoOnAsTheyWereWritten() throws Exception {
        String body = json("""
                {'model':'m','messages':[
                   {'role':'developer','content':'Be brief.'},
                   {'role':'user','name':'ann','cache_control':{'type':'ephemeral'},'content':[
                     {'type':'image_url','image_url':{'url':'data:image/png;base64,QUJD','detail':'low'}},
                     {'type':'text','text':'What is','cache_control':{'type':'ephemeral'}},
                     {'type':'image_url','image_url':{'url':'https://example.org/a.png'}},
                     {'type':'text','text':'this?'},
                     {'type':'input_audio','input_audio':{'data':'QUJD','format':'wav'}},
                     {'type':'file','file':{'file_id':'f1'}}]},
                   {'role':'assistant','content':null,'audio':{'id':'a1'},'tool_calls':[
                     {'id':'c1','type':'function','function':{'name':'f','arguments':'{}'},
                      'extra_content':{'google':{'thought_signature':'s'}}}]},
                   {'role':'tool','tool_call_id':'c1','content':[{'type':'text','text':'1'}]},
                   {'role':'assistant','content':[{'type':'refusal','refusal':'no'}]},
                   {'role':'user','content':'go on'}],
                 'tools':[{'type':'function','function':{'name':'f','parameters':{'type':'object'}}},
                   {'type':'function','function':{'name':'g'},'cache_control':{'type':'ephemeral'}},
                   {'type':'custom','custom':{'name':'c'}}],
                 'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':[]}},
                 'response_format':{'type':'json_schema',
                   'json_schema':{'name':'n','description':'d','schema':{'type':'object'}}}}""");

        post("/v1/chat/completions", body);

        assertThat(sent()).isEqualTo(JSON.readTree(body));
    }

    @Test
    void noFieldOfACallerOverridesOneOfTheService() throws Exception {
        post(
                "/v1/chat/completions",
                json("{'model':'m','messages':[{'role':'user','content':'hi'}],'prompt':'x',"
                        + "'input':'y','encoding_format':'base64','x_inference_drop_unsupported':true}"));

        assertThat(sent()).isEqualTo(JSON.readTree(json("{'model':'m','messages':[{'role':'user','content':'hi'}]}")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLimitThatAModelRefusesByItsNameGoesOnByTheOther(boolean stream) throws Exception {
        JsonNode refusal;
        try (InputStream in = getClass().getResourceAsStream("/backends/o-series.json")) {
            refusal = JSON.readTree(Objects.requireNonNull(in)).path("whole");
        }
        handler = (request, connection) -> {
            if (request.body().contains("\"max_tokens\"")) {
                connection.whole(
                        refusal.path("status").asInt(),
                        "application/json",
                        refusal.at("/blocks/0/text").asText());
            } else if (stream) {
                connection.whole(
                        200,
                        "text/event-stream",
                        json("data: {'choices':[{'index':0,'delta':{'content':'hi'},'finish_reason':'stop'}]}\n\n"));
            } else {
                connection.whole(200, "application/json", json(ANSWER));
            }
        };
        String request = json("{'model':'stub-o-series','messages':[{'role':'user','content':'hi'}],'max_tokens':5,"
                + "'stream':" + stream + "}");

        assertThat(post("/v1/chat/completions", request).body()).contains("hi");
        assertThat(limits()).containsExactly("max_tokens", "max_completion_tokens");
        assertThat(post("/v1/chat/completions", request).body()).contains("hi");
        assertThat(limits())
                .as("what was learnt is remembered")
                .containsExactly("max_tokens", "max_completion_tokens", "max_completion_tokens");

        post("/v1/chat/completions", request.replace("stub-o-series", "another"));
        assertThat(limits()).as("by model").hasSize(5);
    }

    @Test
    void aServerThatOnlyKnowsTheOlderNameGetsIt() throws Exception {
        handler = (request, connection) -> {
            if (request.body().contains("\"max_completion_tokens\"")) {
                connection.whole(
                        422,
                        "application/json",
                        json("{'detail':[{'type':'extra_forbidden','loc':['body','max_completion_tokens'],"
                                + "'msg':'Extra inputs are not permitted','input':5}]}"));
            } else {
                connection.whole(200, "application/json", json(ANSWER));
            }
        };

        assertThat(post("/v1/chat/completions", chat("'max_completion_tokens':5"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(limits()).containsExactly("max_completion_tokens", "max_tokens");
    }

    @Test
    void aLimitThatIsRefusedByBothNamesIsRefusedByTheCallersName() throws Exception {
        handler = (request, connection) -> {
            String name = request.body().contains("\"max_completion_tokens\"") ? "max_completion_tokens" : "max_tokens";
            connection.whole(
                    400,
                    "application/json",
                    json("{'error':{'message':'Unsupported parameter','param':'" + name
                            + "','code':'unsupported_parameter'}}"));
        };

        HttpResponse<String> answer = post("/v1/chat/completions", chat("'max_tokens':5"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"param\":\"max_tokens\"", "unsupported");
        assertThat(limits()).containsExactly("max_tokens", "max_completion_tokens");
    }

    @Test
    void aLimitThatIsTooLargeIsNotSentAgain() throws Exception {
        handler = (request, connection) -> connection.whole(
                400,
                "application/json",
                json("{'error':{'message':'max_tokens is too large: 5. This model supports at most 4 tokens',"
                        + "'param':'max_tokens','code':'invalid_value'}}"));

        assertThat(post("/v1/chat/completions", chat("'max_tokens':5")).statusCode())
                .isEqualTo(400);
        assertThat(limits()).containsExactly("max_tokens");
    }

    @Test
    void whatABackendSaysBeyondTheModelComesBackWhole() throws Exception {
        handler = (request, connection) -> connection.whole(200, "application/json", json("""
                {'id':'x','object':'chat.completion','created':1,'model':'m','system_fingerprint':'fp_1',
                 'service_tier':'default','nothing':null,
                 'choices':[{'index':0,'stop_reason':42,'content_filter_results':{'hate':{'filtered':false}},
                   'message':{'role':'assistant','content':'hi','annotations':[{'type':'url_citation'}],
                     'tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':'{}'},
                       'extra_content':{'s':1}}]},
                   'finish_reason':'tool_calls'}],
                 'usage':{'prompt_tokens':3,'completion_tokens':4,'total_tokens':7,'cost':0.25,
                   'prompt_tokens_details':{'cached_tokens':1,'audio_tokens':0},
                   'completion_tokens_details':{'reasoning_tokens':2,'accepted_prediction_tokens':5}}}"""));

        JsonNode answer =
                JSON.readTree(post("/v1/chat/completions", chat("'n':1")).body());

        assertThat(answer.path("system_fingerprint").asText()).isEqualTo("fp_1");
        assertThat(answer.path("service_tier").asText()).isEqualTo("default");
        assertThat(answer.has("nothing")).isFalse();
        assertThat(answer.path("id").asText()).startsWith("chatcmpl-");
        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("stop_reason").asInt()).isEqualTo(42);
        assertThat(choice.at("/content_filter_results/hate/filtered").asText()).isEqualTo("false");
        assertThat(choice.at("/message/annotations/0/type").asText()).isEqualTo("url_citation");
        assertThat(choice.at("/message/tool_calls/0/extra_content/s").asInt()).isEqualTo(1);
        assertThat(answer.path("usage")).isEqualTo(JSON.readTree(json("""
                {'prompt_tokens':3,'completion_tokens':4,'total_tokens':7,
                 'prompt_tokens_details':{'cached_tokens':1,'audio_tokens':0},
                 'completion_tokens_details':{'reasoning_tokens':2,'accepted_prediction_tokens':5},'cost':0.25}""")));

        JsonNode elsewhere = JSON.readTree(
                post("/api/chat", json("{'model':'m','stream':false,'messages':[{'role':'user','content':'hi'}]}"))
                        .body());
        assertThat(elsewhere.at("/message/content").asText()).isEqualTo("hi");
        assertThat(elsewhere.toString()).doesNotContain("fp_1", "annotations", "stop_reason");
    }

    @Test
    void whatABackendSaysBeyondTheModelComesBackInAStream() throws Exception {
        handler = (request, connection) -> connection.whole(200, "text/event-stream", json("""
                data: {'system_fingerprint':'fp_1','choices':[{'index':0,'delta':{'role':'assistant','content':''}}]}

                data: {'system_fingerprint':'fp_1','choices':[{'index':0,'delta':{'content':'a'}}]}

                data: {'system_fingerprint':'fp_1','choices':[{'index':0,'delta':{'content':'b'},'token_ids':[7]}]}

                data: {'system_fingerprint':'fp_1','choices':[{'index':0,'delta':{'annotations':[{'type':'x'}]}}]}

                data: {'system_fingerprint':'fp_1','choices':[{'index':0,'delta':{},'finish_reason':'stop',
                data: 'stop_reason':'</s>'}]}

                data: {'system_fingerprint':'fp_2','service_tier':'flex','choices':[],
                data: 'usage':{'prompt_tokens':3,'completion_tokens':4,'cost':1}}

                data: [DONE]

                """));

        List<JsonNode> events =
                events(post("/v1/chat/completions", chat("'stream':true,'stream_options':{'include_usage':true}")));

        // The end of a choice is held back until that of the answer.
        assertThat(events)
                .extracting(event -> event.path("system_fingerprint").asText())
                .containsExactly("fp_1", "fp_1", "fp_2", "fp_2", "fp_2");
        assertThat(events)
                .extracting(event -> event.at("/choices/0/delta/content").asText())
                .containsExactly("a", "b", "", "", "");
        assertThat(events.get(1).at("/choices/0/token_ids/0").asInt()).isEqualTo(7);
        assertThat(events.get(0).at("/choices/0").has("token_ids")).isFalse();
        assertThat(events.get(2).at("/choices/0/delta/annotations/0/type").asText())
                .isEqualTo("x");
        assertThat(events.get(3).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(events.get(3).at("/choices/0/stop_reason").asText()).isEqualTo("</s>");
        assertThat(events.get(4).path("service_tier").asText()).isEqualTo("flex");
        assertThat(events.get(4).at("/usage/cost").asInt()).isEqualTo(1);

        JsonNode whole =
                JSON.readTree(post("/v1/chat/completions", chat("'n':1")).body());
        assertThat(whole.path("system_fingerprint").asText()).isEqualTo("fp_2");
        assertThat(whole.at("/choices/0/stop_reason").asText()).isEqualTo("</s>");
        assertThat(whole.at("/choices/0/message/annotations/0/type").asText()).isEqualTo("x");
    }

    @Test
    void anOllamaBackendGetsWhatCanBeMapped() throws Exception {
        backend = ollama;
        handler = (request, connection) ->
                connection.whole(200, "application/json", json("{'message':{'content':'hi'},'done':true}"));

        assertThat(post("/v1/chat/completions", chat("'reasoning_effort':'high','metadata':{'a':'b'},'user':'u'"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(sent().path("think").asText()).isEqualTo("high");
        assertThat(sent().has("metadata")).isFalse();
        assertThat(sent().path("truncate")).hasToString("false");

        post("/v1/chat/completions", chat("'chat_template_kwargs':{'enable_thinking':false}"));
        assertThat(sent().path("think")).hasToString("false");

        post("/api/generate", json("{'model':'m','prompt':'a','stream':false,'think':'low','keep_alive':'5m'}"));
        assertThat(sent().path("think").asText()).isEqualTo("low");
        assertThat(sent().path("keep_alive").asText()).isEqualTo("5m");
    }

    @Test
    void aModelOfOllamaThatKnowsNoLevelsThinksWithoutThem() throws Exception {
        backend = ollama;
        handler = (request, connection) -> {
            if (request.body().contains("\"think\":\"high\"")) {
                connection.whole(
                        400,
                        "application/json",
                        json("{'error':'think value \\\\'high\\\\' is not supported for this model'}")
                                .replace("\\\\\"", "\\\""));
            } else {
                connection.whole(200, "application/json", json("{'message':{'content':'hi'},'done':true}"));
            }
        };

        assertThat(post("/v1/chat/completions", chat("'reasoning_effort':'high'"))
                        .statusCode())
                .isEqualTo(200);
        post("/v1/chat/completions", chat("'reasoning_effort':'high'"));

        assertThat(server.requests())
                .extracting(
                        request -> JSON.readTree(request.body()).path("think").toString())
                .containsExactly("\"high\"", "true", "true");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'logit_bias':{'1':1} | logit_bias",
                "'guided_json':{'type':'object'} | guided_json",
                "'tools':[{'type':'function','function':{'name':'f'}}],'parallel_tool_calls':false"
                        + " | parallel_tool_calls",
                "'tools':[{'type':'function','function':{'name':'f'}}],'tool_choice':'required' | tool_choice",
                "'tools':[{'type':'function','function':{'name':'f','strict':true}}] | tools",
                "'modalities':['text','audio'] | modalities",
                "'reasoning_effort':'huge' | reasoning_effort",
            })
    void whatAnOllamaBackendCannotHonourIsRefusedByItsName(String field, String param) throws Exception {
        backend = ollama;

        HttpResponse<String> answer = post("/v1/chat/completions", chat(field));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).at("/error/param").asText()).isEqualTo(param);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void whatAModelOfOllamaTurnsOutNotToDoIsDroppedIfTheCallerAllowsThat() throws Exception {
        backend = ollama;
        handler = (request, connection) -> {
            String lack = request.body().contains("\"think\"") ? "thinking" : "tools";
            if (request.body().contains("\"think\"") || request.body().contains("\"tools\"")) {
                connection.whole(400, "application/json", json("{'error':'m does not support " + lack + "'}"));
            } else {
                connection.whole(200, "application/json", json("{'message':{'content':'hi'},'done':true}"));
            }
        };
        String request = chat("'reasoning_effort':'low','tools':[{'type':'function','function':{'name':'f'}}]");

        HttpResponse<String> refused = post("/v1/chat/completions", request);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("\"param\":\"reasoning_effort\"");

        Call call = new Call("id", "test", Duration.ofMinutes(1));
        call.dropUnsupported();
        ChatRequest read = (ChatRequest)
                ChatRequestReader.read(request.getBytes(StandardCharsets.UTF_8)).request();
        assertThat(ollama.chat(read, call)).isInstanceOf(ChatAnswer.Whole.class);
        assertThat(call.dropped()).containsExactly("reasoning_effort", "tools");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':'the input length exceeds the context length'}",
                "{'error':'{\\\"error\\\":{\\\"code\\\":400,\\\"message\\\":\\\"request (8889 tokens) exceeds the "
                        + "available context size (4096 tokens)\\\",\\\"type\\\":\\\"exceed_context_size_error\\\"}}'}",
                "{'error':{'message':'the prompt is longer than the context length available'}}"
            })
    void whatDoesNotFitIntoAModelOfOllamaIsRefused(String error) throws Exception {
        backend = ollama;
        handler = (request, connection) -> connection.whole(400, "application/json", json(error));

        HttpResponse<String> answer = post("/v1/chat/completions", chat("'n':1"));

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode failure = JSON.readTree(answer.body()).path("error");
        assertThat(failure.path("code").asText()).isEqualTo("context_length_exceeded");
        assertThat(failure.path("message").asText()).doesNotContain("{");
    }

    @Test
    void textsToEmbedAreSplitAndJoinedInTheirOrder() throws Exception {
        handler = embeddings(2048, 400, "");
        List<String> inputs =
                IntStream.range(0, 5000).mapToObj(Integer::toString).toList();
        var answer = openAi.embed(
                new EmbedRequest("m", inputs, null, true, false), new Call("id", "test", Duration.ofMinutes(1)));

        assertThat(sizes()).containsExactly(2048, 2048, 904);
        assertThat(answer.usage().promptTokens()).isEqualTo(5000);
        assertThat(answer.embeddings()).hasSize(5000);
        for (int i = 0; i < inputs.size(); i++) {
            assertThat(Math.round(
                            answer.embeddings().get(i)[1] / answer.embeddings().get(i)[0]))
                    .isEqualTo(i);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400 | 16 | {'error':{'message':'Too many inputs. The max number of inputs is 16.'}}"
                        + " | 40 16 16 8 | 16 16 8",
                "413 | 32 | {'error':'batch size 40 > maximum allowed batch size 32','error_type':'Validation'}"
                        + " | 40 32 8 | 32 8",
                "422 | 10 | {'error':{'message':'batch size is invalid, it should not be larger than 10'}}"
                        + " | 40 10 10 10 10 | 10 10 10 10",
                "400 | 20 | {'message':'Too many inputs in request, split into more batches.'}"
                        + " | 40 20 20 | 40 20 20",
                "400 | 10 | {'error':{'message':'Requested 400 tokens, max 300 tokens per request'}}"
                        + " | 40 20 10 10 10 10 | 40 20 10 10 10 10",
            })
    void aServersOwnLimitOfTextsIsLearntFromItsRefusal(
            int status, int most, String refusal, String first, String second) throws Exception {
        handler = embeddings(most, status, json(refusal));
        ObjectNode request = JSON.createObjectNode().put("model", "m");
        IntStream.range(0, 40).forEach(i -> request.withArray("input").add(Integer.toString(i)));

        JsonNode answer =
                JSON.readTree(post("/v1/embeddings", request.toString()).body());
        assertThat(answer.path("data")).hasSize(40);
        assertThat(sizes()).containsExactly(numbers(first));
        assertThat(answer.at("/data/39/embedding/1").asDouble()
                        / answer.at("/data/39/embedding/0").asDouble())
                .isCloseTo(39, org.assertj.core.data.Offset.offset(0.01));
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(40);

        int before = server.requests().size();
        post("/v1/embeddings", request.toString());
        assertThat(sizes().subList(before, sizes().size())).containsExactly(numbers(second));
    }

    @Test
    void aRefusalOfOneTextIsNotTakenForALimitOfTexts() throws Exception {
        handler = (request, connection) -> connection.whole(
                400,
                "application/json",
                json("{'error':{'message':'Invalid input[3]: maximum input length is 8192 tokens.'}}"));

        HttpResponse<String> answer = post("/v1/embeddings", json("{'model':'m','input':['a','b','c','d']}"));

        assertThat(answer.body()).contains("context_length_exceeded");
        assertThat(server.requests()).hasSize(1);
    }

    private static StubServer.Handler embeddings(int most, int status, String refusal) {
        return (request, connection) -> {
            JsonNode inputs = JSON.readTree(request.body()).path("input");
            if (inputs.size() > most) {
                connection.whole(status, "application/json", refusal);
                return;
            }
            ObjectNode answer = JSON.createObjectNode().put("model", "m");
            for (JsonNode input : inputs) {
                ObjectNode vector = answer.withArray("data").addObject();
                vector.put("index", vector.size() + answer.path("data").size() - 1);
                vector.putArray("embedding").add(1).add(input.asInt());
            }
            answer.putObject("usage").put("prompt_tokens", inputs.size());
            connection.whole(200, "application/json", answer.toString());
        };
    }

    private List<Integer> sizes() {
        return server.requests().stream()
                .map(request -> read(request.body()).path("input").size())
                .toList();
    }

    private static Integer[] numbers(String text) {
        return List.of(text.split(" ")).stream().map(Integer::valueOf).toArray(Integer[]::new);
    }

    /** The name of the limit in each request so far. */
    private List<String> limits() {
        return server.requests().stream()
                .map(request -> StreamSupport.stream(
                                ((Iterable<String>) () -> read(request.body()).fieldNames()).spliterator(), false)
                        .filter(name -> name.startsWith("max_"))
                        .reduce("", String::concat))
                .toList();
    }

    private JsonNode sent() {
        return read(server.requests().getLast().body());
    }

    private static String chat(String fields) {
        return json("{'model':'m','messages':[{'role':'user','content':'hi'}]," + fields + "}");
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(door.baseUrl() + path))
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static List<JsonNode> events(HttpResponse<String> answer) {
        List<JsonNode> events = new ArrayList<>();
        for (String line : answer.body().split("\n")) {
            if (line.startsWith("data: {")) {
                events.add(read(line.substring("data: ".length())));
            }
        }
        return events;
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
