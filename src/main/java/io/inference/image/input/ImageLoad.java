package io.inference.image.input;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageInput;
import io.inference.api.image.InlineImage;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.ImageRequest;
import io.inference.image.StoredImage;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loads the pictures of one request. */
final class ImageLoad {
    private static final String OF_CHAT = "image_url";
    private static final String OF_EDIT = "image";

    /** In a message that was written before the picture was deleted. */
    private static final ContentPart DELETED =
            new ContentPart.Text("[a picture that is no longer stored]", Extras.NONE);

    private final RequestImages images;
    private final Caller caller;
    private final Call call;
    private final long mostBytes;
    private final Map<String, Image> loaded = new HashMap<>();
    private long bytes;

    /** @param mostBytes of all pictures that it brings into memory */
    ImageLoad(RequestImages images, Caller caller, Call call, long mostBytes) {
        this.images = images;
        this.caller = caller;
        this.call = call;
        this.mostBytes = mostBytes;
    }

    /**
     * The same chat with stored pictures in it. Those on other servers stay URLs unless IMAGE_REMOTE_URLS is set: a
     * backend may fetch them itself, as the list of what it lacks says.
     */
    ChatRequest load(ChatRequest chat) {
        List<Message> messages = new ArrayList<>(chat.messages());
        int question = questionOf(messages);
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message.images().stream().anyMatch(Image.Remote.class::isInstance)) {
                messages.set(i, load(message, i < question));
            }
        }
        return chat.continued(messages, chat.options());
    }

    /** Where the caller's last message is; those before it may be older than a picture's deletion. */
    private static int questionOf(List<Message> messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).role() == Role.USER) {
                return i;
            }
        }
        return 0;
    }

    private Message load(Message message, boolean isOld) {
        if (message.parts().isEmpty()) {
            List<Image> found = message.images().stream()
                    .flatMap(image -> load(image, isOld).stream())
                    .toList();
            return with(message, found, List.of());
        }
        List<Image> found = new ArrayList<>();
        List<ContentPart> parts = new ArrayList<>();
        for (ContentPart part : message.parts()) {
            if (part instanceof ContentPart.Picture picture) {
                Optional<Image> image = load(picture.image(), isOld);
                image.ifPresent(found::add);
                parts.add(image.<ContentPart>map(
                                one -> new ContentPart.Picture(one, picture.urlExtras(), picture.extras()))
                        .orElse(DELETED));
            } else {
                parts.add(part);
            }
        }
        return with(message, found, parts);
    }

    private static Message with(Message message, List<Image> images, List<ContentPart> parts) {
        return new Message(
                message.role(),
                message.content(),
                message.thinking(),
                images,
                message.toolCalls(),
                message.toolCallId(),
                message.name(),
                parts,
                message.extras());
    }

    /** Empty for one of an old message that is no longer stored. */
    private Optional<Image> load(Image image, boolean isOld) {
        if (!(image instanceof Image.Remote(String url))) {
            return Optional.of(image);
        }
        Optional<String> id = images.id(url);
        try {
            return Optional.of(id.isPresent() ? stored(id.get()) : remote(url));
        } catch (InferenceException e) {
            if (isOld && id.isPresent() && e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Image stored(String id) {
        Image known = loaded.get(id);
        if (known != null) {
            return known;
        }
        StoredImage image = images.stored(caller, id);
        count(image.bytes());
        Image inline = inline(images.read(image));
        loaded.put(id, inline);
        return inline;
    }

    private Image remote(String url) {
        if (images.fetchesRemote()) {
            ImageData data = images.fetch(url, OF_CHAT, call);
            count(data.bytes().length);
            return inline(data);
        }
        if (!url.regionMatches(true, 0, "https:", 0, "https:".length())) {
            throw InferenceException.invalid(
                    OF_CHAT, "'" + OF_CHAT + "' must be a data: or https: URL, or the id of a stored picture");
        }
        return new Image.Remote(url);
    }

    private void count(long more) {
        bytes += more;
        if (bytes > mostBytes) {
            throw new InferenceException(
                    ErrorCode.TOO_LARGE,
                    "the pictures that the request names have more than " + mostBytes + " bytes (MAX_REQUEST_SIZE)");
        }
    }

    private static Image inline(ImageData data) {
        return new Image.Inline(data.mediaType(), Base64.getEncoder().encodeToString(data.bytes()));
    }

    /** The same request with pictures that can be read; stored ones stay in their files. */
    ImageRequest load(ImageRequest request) {
        ImageInput mask = request.mask();
        return request.withImages(
                request.images().stream().map(image -> load(image, OF_EDIT)).toList(),
                mask == null ? null : load(mask, "mask"));
    }

    private ImageInput load(ImageInput input, String param) {
        return switch (input) {
            case ImageInput.Content content -> content;
            case ImageInput.Stored(String id) -> images.content(images.stored(caller, id));
            case ImageInput.Remote(String url) ->
                images.id(url)
                        .<ImageInput>map(id -> images.content(images.stored(caller, id)))
                        .orElseGet(() -> fetched(url, param));
        };
    }

    private ImageInput fetched(String url, String param) {
        if (!images.fetchesRemote()) {
            throw InferenceException.invalid(
                    param, "pictures are not fetched from other servers (IMAGE_REMOTE_URLS): upload it, name its id");
        }
        ImageData data = images.fetch(url, param, call);
        count(data.bytes().length);
        return new InlineImage(data);
    }
}
