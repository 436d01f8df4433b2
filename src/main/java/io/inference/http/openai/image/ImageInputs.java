package io.inference.http.openai.image;

import io.inference.api.image.ImageBounds;
import io.inference.api.image.ImageInput;
import io.inference.http.json.JsonFields;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the pictures of an edit in JSON: ids of stored ones, {@code data:} URLs, or URLs of other servers. */
final class ImageInputs {
    private static final String URL = "image_url";
    private static final String ID = "file_id";
    private static final String BASE64 = ";base64,";

    private ImageInputs() {}

    static List<ImageInput> images(JsonFields body) {
        List<JsonFields> entries = body.objects("images");
        if (entries.isEmpty() || entries.size() > ImageBounds.MOST_INPUTS) {
            throw body.invalid("images", "'images' must hold 1 to " + ImageBounds.MOST_INPUTS + " pictures");
        }
        List<ImageInput> images = new ArrayList<>(entries.size());
        entries.forEach(entry -> images.add(image(entry)));
        return images;
    }

    static @Nullable ImageInput mask(JsonFields body) {
        JsonFields mask = body.object("mask");
        return mask == null ? null : image(mask);
    }

    private static ImageInput image(JsonFields entry) {
        String id = entry.text(ID);
        if (entry.has(ID) == entry.has(URL)) {
            throw entry.invalid(URL, "either '" + entry.path(URL) + "' or '" + entry.path(ID) + "' is required");
        }
        if (id != null) {
            return new ImageInput.Stored(id);
        }
        String url = entry.requiredText(URL);
        if (isOf(url, "http:") || isOf(url, "https:")) {
            return new ImageInput.Remote(url);
        }
        int mark = isOf(url, "data:image/") ? url.indexOf(BASE64) : -1;
        if (mark < 0) {
            throw entry.invalid(
                    URL,
                    "'" + entry.path(URL) + "' must be an http: or https: URL, or data:image/<type>;base64,<data>");
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(url.substring(mark + BASE64.length()));
        } catch (IllegalArgumentException e) {
            throw entry.invalid(URL, "'" + entry.path(URL) + "' does not hold valid base64");
        }
        return ImageBounds.input(entry.path(URL), bytes);
    }

    private static boolean isOf(String url, String start) {
        return url.regionMatches(true, 0, start, 0, start.length());
    }
}
