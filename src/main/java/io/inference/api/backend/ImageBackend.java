package io.inference.api.backend;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.LoadRequest;

/** A backend that makes pictures and nothing else, on a server that decides itself which models are loaded. */
public abstract class ImageBackend implements Backend {
    @Override
    public abstract ImageAnswer image(ImageRequest request, Call call);

    @Override
    public final void load(LoadRequest request, Call call) {
        // Nothing to do.
    }

    @Override
    public final ChatAnswer chat(ChatRequest request, Call call) {
        throw onlyPictures();
    }

    @Override
    public final ChatAnswer generate(GenerateRequest request, Call call) {
        throw onlyPictures();
    }

    @Override
    public final EmbedAnswer embed(EmbedRequest request, Call call) {
        throw onlyPictures();
    }

    private InferenceException onlyPictures() {
        return InferenceException.unsupported("model", "the " + name() + " backend makes pictures and nothing else");
    }
}
