package io.inference.http.openai.request;

import io.inference.api.message.Image;
import io.inference.http.json.Base64Text;
import io.inference.http.json.JsonFields;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads the picture of a content part: in the request as a {@code data:} URL, the id or address of a stored one, or a
 * URL that the backend fetches.
 */
public final class ImageReader {
    private static final String MARK = ";base64,";
    private static final Pattern STORED =
            Pattern.compile("img_[0-9a-f]{32}|(?:http://[^/?#]+)?/[^?#]*/images/img_[0-9a-f]{32}/content(?:\\?.*)?");

    private ImageReader() {}

    /** The picture that a field's URL names. */
    public static Image read(JsonFields image, String field) {
        String url = image.requiredText(field);
        if (startsWith(url, "https://") || isStored(url)) {
            return new Image.Remote(url);
        }
        if (!startsWith(url, "data:")) {
            throw image.invalid(
                    field, "'" + image.path(field) + "' must be a data: or https: URL, or the id of a stored picture");
        }
        int mark = url.indexOf(MARK);
        String mediaType = mark < 0 ? "" : url.substring("data:".length(), mark).toLowerCase(Locale.ROOT);
        if (!mediaType.startsWith("image/")) {
            throw image.invalid(
                    field, "'" + image.path(field) + "' must be of the form data:image/<type>;base64,<data>");
        }
        String base64 = url.substring(mark + MARK.length());
        if (!Base64Text.isValid(base64)) {
            throw image.invalid(field, "'" + image.path(field) + "' does not hold valid base64");
        }
        return new Image.Inline(mediaType, base64);
    }

    /** Whether it may be the id or the address of a picture of this service; a step of the flow looks for it. */
    private static boolean isStored(String url) {
        return STORED.matcher(url).matches();
    }

    private static boolean startsWith(String url, String scheme) {
        return url.regionMatches(true, 0, scheme, 0, scheme.length());
    }
}
