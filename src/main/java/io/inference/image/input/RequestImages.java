package io.inference.image.input;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.message.Image;
import io.inference.api.request.ChatRequest;
import io.inference.image.ImageFile;
import io.inference.image.ImageIds;
import io.inference.image.Images;
import io.inference.image.StoredImage;
import io.inference.image.link.SignedLinks;
import io.inference.image.remote.RemoteImages;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** Where the pictures of requests come from. A stored one is named by its id or by its address at this service. */
final class RequestImages {
    private final Images images;
    private final SignedLinks links;
    private final RemoteImages remote;
    private final InputSettings settings;

    RequestImages(Images images, SignedLinks links, RemoteImages remote, InputSettings settings) {
        this.images = images;
        this.links = links;
        this.remote = remote;
        this.settings = settings;
    }

    /** Whether a chat has a picture by URL or id, so that there is something to do. */
    static boolean hasUrls(ChatRequest chat) {
        return chat.messages().stream()
                .anyMatch(message -> message.images().stream().anyMatch(Image.Remote.class::isInstance));
    }

    /** Those of one request, whose caller has to own them. */
    ImageLoad of(Caller caller, Call call) {
        return new ImageLoad(this, caller, call, settings.mostBytes());
    }

    boolean fetchesRemote() {
        return settings.remoteUrls();
    }

    /** The id that a URL is or contains; empty for another server's. */
    Optional<String> id(String url) {
        return ImageIds.read(url).isPresent() ? Optional.of(url) : links.imageId(url);
    }

    /** @throws InferenceException with {@code NOT_FOUND} if the caller has no such picture */
    StoredImage stored(Caller caller, String id) {
        return images.get(caller, id);
    }

    ImageFile content(StoredImage image) {
        return new ImageFile(image.mediaType(), image.bytes(), images.content(image));
    }

    ImageData read(StoredImage image) {
        try {
            return new ImageData(image.mediaType(), Files.readAllBytes(images.content(image)));
        } catch (IOException e) {
            throw new InferenceException(ErrorCode.UNAVAILABLE, "a stored picture cannot be read now", e);
        }
    }

    /** By its first bytes: a server's Content-Type may say anything. */
    ImageData fetch(String url, String param, Call call) {
        ImageData data = ImageData.of(remote.fetch(url, param, call));
        if (data.mediaType().equals(ImageData.UNKNOWN_TYPE)) {
            throw InferenceException.invalid(param, "what '" + param + "' names is no PNG, JPEG, WebP or GIF");
        }
        return data;
    }
}
