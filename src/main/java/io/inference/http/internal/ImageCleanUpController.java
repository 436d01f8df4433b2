package io.inference.http.internal;

import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.RequestId;
import io.inference.image.ImageCleanUp;
import io.inference.image.StoredImage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the next clean-up of pictures would delete, for operators: nothing is deleted. Prompts are not shown. */
@RestController
class ImageCleanUpController {
    private final ImageCleanUp cleanUp;

    ImageCleanUpController(ImageCleanUp cleanUp) {
        this.cleanUp = cleanUp;
    }

    @GetMapping({"/internal/image-clean-up", "/admin/image-clean-up"})
    ResponseEntity<Map<String, ?>> preview() {
        ImageCleanUp.Preview preview = cleanUp.preview();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("expired_count", preview.expiredCount());
        answer.put("expired_bytes", preview.expiredBytes());
        answer.put(
                "expired",
                preview.expired().stream().map(ImageCleanUpController::shown).toList());
        answer.put("files_without_row", preview.filesWithoutRow());
        answer.put("rows_without_file", preview.rowsWithoutFile());
        answer.put("temporary", preview.temporary());
        answer.put("unknown", preview.unknown());
        return ResponseEntity.ok().header("Cache-Control", "no-store").body(answer);
    }

    private static Map<String, ?> shown(StoredImage image) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", image.id());
        shown.put("owner", image.owner());
        shown.put("tenant", image.tenant());
        shown.put("kind", image.kind().label());
        shown.put("bytes", image.bytes());
        shown.put("file", image.file());
        shown.put("created_at", image.createdAt().toString());
        return shown;
    }

    @ExceptionHandler
    ResponseEntity<byte[]> failed(InferenceException failure, HttpServletRequest request) {
        var answer = HttpErrors.answer(request.getRequestURI(), "", RequestId.of(request), failure);
        return ResponseEntity.status(answer.status())
                .header("Content-Type", answer.contentType())
                .body(answer.body());
    }
}
