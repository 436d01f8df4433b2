package io.inference.image.store;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** One of the tasks of {@link ImageUpkeep}, as the step of a route. */
final class ImageUpkeepProcessor implements Processor {
    private final Runnable task;

    ImageUpkeepProcessor(Runnable task) {
        this.task = task;
    }

    @Override
    public void process(Exchange exchange) {
        task.run();
    }
}
