package io.inference.http.ollama.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.ollama.answer.AnswerShape;
import io.inference.http.ollama.answer.TextAnswerWriter;
import java.util.ArrayList;
import java.util.List;

/** Reads the body of {@code POST /api/generate}: a raw prompt unchanged, any other as a chat of one message. */
public final class GenerateRequestReader {
    private GenerateRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<?> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = CommonFields.model(body);
        String prompt = body.text("prompt", "");
        CommonFields.refuse(body, "suffix", "template", "context");
        if (prompt.isEmpty()) {
            return CommonFields.load(body, model, AnswerShape.GENERATE);
        }
        boolean stream = body.flag("stream", true);
        InferenceRequest request =
                body.flag("raw", false) ? raw(body, model, prompt, stream) : chat(body, model, prompt, stream);
        return WireRequest.of(request, ChatAnswer.class, new TextAnswerWriter(AnswerShape.GENERATE, stream));
    }

    private static GenerateRequest raw(JsonFields body, String model, String prompt, boolean stream) {
        if (body.isEffective("system")) {
            throw body.invalid("system", "raw mode does not support template, system, or context");
        }
        for (String name : List.of("images", "format", "think")) {
            if (body.isEffective(name)) {
                throw body.unsupported(name, "raw mode does not support '" + name + "'");
            }
        }
        return new GenerateRequest(
                model, List.of(prompt), OptionsReader.read(body), stream, CommonFields.handling(body));
    }

    private static ChatRequest chat(JsonFields body, String model, String prompt, boolean stream) {
        List<Message> messages = new ArrayList<>(2);
        String system = body.text("system", "");
        if (!system.isEmpty()) {
            messages.add(Message.of(Role.SYSTEM, system));
        }
        List<Image> images = MessageReader.images(body);
        messages.add(new Message(Role.USER, prompt, null, images, List.of(), null, null));
        return new ChatRequest(
                model,
                messages,
                OptionsReader.read(body),
                List.of(),
                null,
                CommonFields.format(body),
                CommonFields.think(body),
                stream,
                CommonFields.effort(body),
                CommonFields.handling(body));
    }
}
