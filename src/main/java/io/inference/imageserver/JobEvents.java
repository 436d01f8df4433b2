package io.inference.imageserver;

import io.inference.api.image.ImageData;
import io.inference.api.stream.ImageEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the reports of the jobs of one request, one after another, into its events. Used by one thread. */
public final class JobEvents {
    private final Consumer<ImageEvent> out;
    private final int count;
    private final int atOnce;
    private final int partials;

    private int made;
    private int stepsBefore;
    private int steps;
    private int done;
    private int previews;
    private @Nullable ImageEvent last;

    /**
     * @param count pictures that are asked for
     * @param atOnce pictures that a job makes
     * @param partials previews of each picture that are asked for
     */
    JobEvents(Consumer<ImageEvent> out, int count, int atOnce, int partials) {
        this.out = out;
        this.count = count;
        this.atOnce = atOnce;
        this.partials = partials;
    }

    /** Whether the caller wants another preview of the picture that is being made. */
    public boolean wantsPreview() {
        return previews < partials;
    }

    /** @param before requests that the server does before this one; 0 once it has begun */
    public void queued(int before) {
        report(before);
    }

    /**
     * @param stepsDone steps of this job that are done
     * @param stepsOfJob all its steps; 0 if unknown
     */
    public void step(int stepsDone, int stepsOfJob) {
        done = Math.clamp(stepsDone, 0, Math.max(0, stepsOfJob));
        steps = Math.max(0, stepsOfJob);
        report(0);
    }

    private void report(int before) {
        int jobsLeft = Math.ceilDiv(count - made, atOnce);
        int total = stepsBefore + steps * jobsLeft;
        ImageEvent progress = new ImageEvent.Progress(stepsBefore + done, total, before);
        if (!progress.equals(last)) {
            last = progress;
            out.accept(progress);
        }
    }

    /** Passes a preview on if it is wanted and the work has come far enough: previews are spread over the steps. */
    public void preview(ImageData preview) {
        boolean due = steps == 0 || (long) done * (partials + 1) >= (long) (previews + 1) * steps;
        if (wantsPreview() && due) {
            out.accept(new ImageEvent.Partial(made, previews, preview));
            previews++;
        }
    }

    /** A picture of this job is complete. */
    void picture(ImageData data) {
        out.accept(new ImageEvent.Completed(made, data, null));
        made++;
        previews = 0;
    }

    /** All pictures of this job are complete. */
    void jobDone() {
        stepsBefore += steps;
        steps = 0;
        done = 0;
    }

    int made() {
        return made;
    }
}
