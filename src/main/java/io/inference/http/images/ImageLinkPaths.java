package io.inference.http.images;

import io.inference.http.security.SignedPaths;
import io.inference.image.link.SignedLinks;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The content of pictures, to anybody with a link. */
final class ImageLinkPaths implements SignedPaths {
    private final SignedLinks links;

    ImageLinkPaths(SignedLinks links) {
        this.links = links;
    }

    @Override
    public Proof proof(String path, @Nullable String query) {
        Optional<String> token = query == null ? Optional.empty() : links.token(path, query);
        if (token.isEmpty()) {
            return Proof.NONE;
        }
        boolean valid =
                links.imageId(path).filter(id -> links.isValid(id, token.get())).isPresent();
        return valid ? Proof.VALID : Proof.INVALID;
    }
}
