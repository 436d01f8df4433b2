package io.inference.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageOptions;
import io.inference.api.message.Extras;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import io.inference.image.ImageKind;
import io.inference.image.ImageLinks;
import io.inference.image.ImageQuery;
import io.inference.image.SamplePictures;
import io.inference.image.StoredImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

class ImageStoreProcessorIT {
    private static final Caller ANNA = StoredImagesIT.user("anna", "one");
    private static final Duration WAIT = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    private TestStore store;
    private ImageStoreProcessor processor;

    @BeforeEach
    void open() {
        store = TestStore.open(folder);
        ImageLinks links = image -> "/link/" + image.id();
        ObjectProvider<ImageLinks> provider =
                new StaticListableBeanFactory(Map.of("links", links)).getBeanProvider(ImageLinks.class);
        processor = new ImageStoreProcessor(store.images(), store.check(), provider);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** What a backend sends. */
    private static final class Events implements ChunkStream {
        private final Deque<StreamEvent> events;
        private boolean closed;

        Events(StreamEvent... events) {
            this.events = new ArrayDeque<>(List.of(events));
        }

        @Override
        public StreamEvent next(Duration timeout) {
            return events.isEmpty() ? StreamEvent.END : events.pop();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private ChunkStream stored(Events events, String requestId, boolean isJob) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Caller.PROPERTY, ANNA);
        exchange.setProperty(Call.PROPERTY, new Call(requestId, "rest", Duration.ofMinutes(1)));
        exchange.setProperty(
                "InferenceRequest",
                new ImageRequest("", "a cat", List.of(), null, ImageOptions.DEFAULT, true, Extras.NONE));
        if (isJob) {
            exchange.getMessage().setHeader("InferenceJobTask", "image_generation");
        }
        exchange.getMessage().setBody(new ImageAnswer("sd", events));
        processor.process(exchange);
        return exchange.getMessage().getBody(ImageAnswer.class).chunks();
    }

    private static ImageEvent.Completed picture(int number, byte[] bytes) {
        return new ImageEvent.Completed(number, new ImageData("image/jpeg", bytes), "a red cat");
    }

    @Test
    void aPictureIsStoredBeforeItsReaderGetsItAndAPreviewIsNot() {
        var preview = new ImageEvent.Partial(0, 0, new ImageData("image/png", SamplePictures.png(4, 4, 1)));
        Events events = new Events(preview, picture(0, SamplePictures.png(8, 6, 2)));
        ChunkStream stream = stored(events, "request-1", false);
        assertThat(stream.next(WAIT)).isSameAs(preview);
        assertThat(store.files()).isEmpty();
        ImageEvent.Completed read = (ImageEvent.Completed) stream.next(WAIT);
        StoredImage kept = store.images().get(ANNA, String.valueOf(read.id()));
        assertThat(read.url()).isEqualTo("/link/" + kept.id());
        assertThat(read.data().mediaType()).isEqualTo("image/png");
        assertThat(read.data().bytes()).isEqualTo(store.images().bytes(kept));
        assertThat(kept.kind()).isEqualTo(ImageKind.GENERATED);
        assertThat(kept.prompt()).isEqualTo("a cat");
        assertThat(kept.revisedPrompt()).isEqualTo("a red cat");
        assertThat(kept.model()).isEqualTo("sd");
        assertThat(kept.requestId()).isEqualTo("request-1");
        assertThat(stream.next(WAIT)).isEqualTo(StreamEvent.END);
        stream.close();
        assertThat(events.closed).isTrue();
    }

    @Test
    void whatABackendSendsIsCheckedAndItsWorkIsStopped() {
        Events events = new Events(picture(0, "<svg/>".getBytes(StandardCharsets.UTF_8)));
        ChunkStream stream = stored(events, "request-2", false);
        assertThatThrownBy(() -> stream.next(WAIT))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKEND_FAILED));
        assertThat(events.closed).isTrue();
    }

    @Test
    void aJobThatRunsAgainGetsWhatItStoredBefore() {
        byte[] first = SamplePictures.png(8, 8, 3);
        ImageEvent.Completed read = (ImageEvent.Completed)
                stored(new Events(picture(0, first)), "job-1", true).next(WAIT);
        ChunkStream again = stored(
                new Events(picture(0, SamplePictures.png(8, 8, 4)), picture(1, SamplePictures.png(8, 8, 5))),
                "job-1",
                true);
        ImageEvent.Completed repeated = (ImageEvent.Completed) again.next(WAIT);
        assertThat(repeated.id()).isEqualTo(read.id());
        assertThat(repeated.data().bytes()).isEqualTo(read.data().bytes());
        assertThat(((ImageEvent.Completed) again.next(WAIT)).id()).isNotEqualTo(read.id());
        assertThat(store.images().list(ANNA, new ImageQuery(null, null, 10)).images())
                .hasSize(2);
    }

    @Test
    void aRequestOfACallerWhoRepeatsItsIdIsAnotherPicture() {
        for (int seed : new int[] {6, 7}) {
            StreamEvent ignored = stored(new Events(picture(0, SamplePictures.png(8, 8, seed))), "same", false)
                    .next(WAIT);
        }
        assertThat(store.images().list(ANNA, new ImageQuery(null, null, 10)).images())
                .hasSize(2);
    }

    @Test
    void whereNoPicturesAreMadeTheRefusalNamesTheVariable() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Caller.PROPERTY, ANNA);
        new ImageStoreCheckProcessor(store.images(), 2048, true).process(exchange);
        assertThatThrownBy(() -> new ImageStoreCheckProcessor(store.images(), 2048, false).process(exchange))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_CONFIGURED))
                .hasMessageContaining("IMAGE_GENERATION_ENABLED");
    }
}
