package io.inference.image.store;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.request.ImageRequest;
import io.inference.image.ImageKind;
import io.inference.image.ImageLinks;
import io.inference.image.NewImage;
import io.inference.image.check.ImageCheck;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Body in: an {@link ImageAnswer}; body out: the same, whose pictures are checked and stored before its reader gets
 * them, and have an id and a link. Previews are not stored. A picture that cannot be stored is the failure of the
 * answer. A job that runs again gets what its earlier run stored.
 */
final class ImageStoreProcessor implements Processor {
    /** Property with the request, which the answer has replaced in the body. */
    private static final String REQUEST = "InferenceRequest";

    /** Header of jobs, which may run more than once; the call has the id of its job. */
    private static final String JOB = "InferenceJobTask";

    private final StoredImages images;
    private final ImageCheck check;
    private final ObjectProvider<ImageLinks> links;

    ImageStoreProcessor(StoredImages images, ImageCheck check, ObjectProvider<ImageLinks> links) {
        this.images = images;
        this.check = check;
        this.links = links;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Caller owner = exchange.getProperty(Caller.PROPERTY, Caller.class);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (!(message.getBody() instanceof ImageAnswer answer)
                || !(exchange.getProperty(REQUEST) instanceof ImageRequest request)
                || owner == null) {
            throw new IllegalStateException(
                    "pictures are stored for a caller, after a backend has been asked for them");
        }
        boolean mayRunAgain = message.getHeader(JOB) != null;
        ImageKind kind = request.isEdit() ? ImageKind.EDITED : ImageKind.GENERATED;
        var stream = new StoredImageStream(
                answer.chunks(),
                (number, revisedPrompt) -> new NewImage(
                        kind,
                        request.prompt(),
                        revisedPrompt,
                        answer.model(),
                        call.id(),
                        mayRunAgain ? (@Nullable Integer) number : null,
                        null),
                owner,
                images,
                check,
                links.getIfAvailable(() -> image -> null));
        message.setBody(new ImageAnswer(answer.model(), stream));
    }
}
