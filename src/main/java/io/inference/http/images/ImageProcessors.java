package io.inference.http.images;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.form.StreamedBody;
import io.inference.http.jobs.Parameters;
import io.inference.image.ImageQuery;
import io.inference.image.Images;
import io.inference.image.StoredImage;
import io.inference.image.link.SignedLinks;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** The steps of {@code rest-images.camel.yaml}. Each leaves the answer to send. */
final class ImageProcessors {
    private static final String WHAT = "image";
    private static final int LONGEST_SEARCH = 200;
    private static final Duration FRESH = Duration.ofHours(1);

    /** A link that ends by revocation is not to be shown much longer by a browser's cache. */
    private static final Duration FRESH_BY_LINK = Duration.ofMinutes(5);

    private final Images images;
    private final SignedLinks links;
    private final ImageContent content;

    ImageProcessors(Images images, SignedLinks links, ImageContent content) {
        this.images = images;
        this.links = links;
        this.content = content;
    }

    /** Body in: what arrives, of a form or a picture. */
    void upload(Exchange exchange) {
        Message message = exchange.getMessage();
        Caller caller = caller(exchange);
        if (!(message.getBody() instanceof StreamedBody body)) {
            throw Parameters.nothing("body that arrives; the endpoint needs useStreaming");
        }
        StoredImage stored = new ImageUpload(images, caller, call(exchange).id())
                .read(body, message.getHeader(Exchange.CONTENT_TYPE, String.class), parameter(message, "name"));
        message.setBody(HttpAnswer.json(ImageWriter.image(stored)));
    }

    void list(Exchange exchange) {
        Message message = exchange.getMessage();
        Caller caller = caller(exchange);
        String words = parameter(message, "search");
        if (words != null && (words.isBlank() || words.length() > LONGEST_SEARCH)) {
            throw InferenceException.invalid("search", "'search' must have 1 to " + LONGEST_SEARCH + " characters");
        }
        message.setBody(HttpAnswer.json(ImageWriter.page(
                images.list(caller, new ImageQuery(words, parameter(message, "after"), Parameters.limit(message))))));
    }

    void find(Exchange exchange) {
        answer(exchange, ImageWriter.image(images.get(caller(exchange), id(exchange))));
    }

    void delete(Exchange exchange) {
        String id = id(exchange);
        images.delete(caller(exchange), id);
        answer(exchange, ImageWriter.deleted(id));
    }

    /** For the owner, or for anybody with a link. */
    void content(Exchange exchange) {
        Message message = exchange.getMessage();
        String token = parameter(message, SignedLinks.PARAMETER);
        if (exchange.getProperty(Caller.PROPERTY) == null && token != null) {
            call(exchange).setOperation(Operation.IMAGE);
            StoredImage image = images.recent(links.owner(id(exchange), token), id(exchange));
            message.setBody(shownAnywhere(content.answer(image, message, FRESH_BY_LINK)));
        } else {
            message.setBody(content.answer(images.recent(caller(exchange), id(exchange)), message, FRESH));
        }
    }

    /** A page of another site may show what its user has a link to. */
    private static HttpAnswer shownAnywhere(HttpAnswer answer) {
        if (!(answer instanceof HttpAnswer.Content file)) {
            return answer;
        }
        Map<String, String> headers = new HashMap<>(file.headers());
        headers.put("Cross-Origin-Resource-Policy", "cross-origin");
        return new HttpAnswer.Content(file.status(), file.contentType(), headers, file.body());
    }

    void link(Exchange exchange) {
        StoredImage image = images.get(caller(exchange), id(exchange));
        answer(exchange, ImageWriter.link(image, links.make(image)));
    }

    void revokeLinks(Exchange exchange) {
        StoredImage image = images.get(caller(exchange), id(exchange));
        links.revoke(image);
        answer(exchange, ImageWriter.linksRevoked(image));
    }

    /** For services that hold an internal key: the path names the owner, and the picture with or without an ending. */
    void internalContent(Exchange exchange) {
        Message message = exchange.getMessage();
        if (caller(exchange).kind() != Caller.Kind.INTERNAL) {
            throw InferenceException.noSuch(WHAT);
        }
        String file = message.getHeader("file", "", String.class);
        int dot = file.indexOf('.');
        Caller owner = new Caller(
                message.getHeader("user", "", String.class),
                Set.of(),
                Set.of(),
                parameter(message, "tenant"),
                Caller.Kind.USER);
        StoredImage image = images.recent(owner, dot < 0 ? file : file.substring(0, dot));
        message.setBody(content.answer(image, message, FRESH));
    }

    private static void answer(Exchange exchange, byte[] json) {
        exchange.getMessage().setBody(HttpAnswer.json(json));
    }

    private static Call call(Exchange exchange) {
        return exchange.getProperty(Call.PROPERTY, Call.class);
    }

    private static Caller caller(Exchange exchange) {
        call(exchange).setOperation(Operation.IMAGE);
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (caller == null) {
            throw new InferenceException(ErrorCode.UNAUTHENTICATED, "the request has no caller");
        }
        return caller;
    }

    private static String id(Exchange exchange) {
        return exchange.getMessage().getHeader("id", "", String.class);
    }

    private static @Nullable String parameter(Message message, String name) {
        return message.getHeader(name, String.class);
    }
}
