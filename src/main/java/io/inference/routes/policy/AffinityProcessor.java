package io.inference.routes.policy;

import io.inference.api.call.Call;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Sends calls with the same text to the same replica, which then has the keys and values of their common beginning in
 * its cache: the text in the exchange property {@value #KEY}, or else the beginning of the prompt, up to the first
 * message of the user, which all turns of a conversation have in common. A replica that is down, or has many more calls
 * than another, is passed over.
 */
public class AffinityProcessor implements Processor {
    static final String KEY = "InferenceAffinity";

    /** Characters of a prompt that have to be equal. */
    private static final int PREFIX_CHARS = 1024;

    @Override
    public void process(Exchange exchange) {
        String key = exchange.getProperty(KEY, String.class);
        if (key == null || key.isEmpty()) {
            key = prefix(exchange.getMessage().getBody(InferenceRequest.class));
        }
        exchange.getProperty(Call.PROPERTY, Call.class).setAffinity(key);
    }

    private static String prefix(InferenceRequest request) {
        StringBuilder prefix = new StringBuilder();
        switch (request) {
            case ChatRequest chat -> {
                for (Message message : chat.messages()) {
                    prefix.append(message.role()).append(message.content());
                    if (message.role() == Role.USER) {
                        break;
                    }
                }
            }
            case GenerateRequest generate -> prefix.append(generate.prompts().getFirst());
            case EmbedRequest ignored -> {}
            case SummarizeRequest ignored -> {}
            case ImageRequest ignored -> {}
        }
        return prefix.substring(0, Math.min(PREFIX_CHARS, prefix.length()));
    }
}
