package io.inference.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.engine.model.Slice;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.engine.sampling.SamplingState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The parameters of a step as the kernels read them, without a device. */
class StepPlanTest {
    private static final SamplingOptions OPTIONS =
            new SamplingOptions(0.5f, 40, 0.9f, 0.1f, 1.5f, 0.25f, 0.75f, 3, 0x1_0000_0002L);

    private static Slice slice(int count, int position, Slice.Output output) {
        int[] tokens = IntStream.range(100, 100 + count).toArray();
        int[] pages = IntStream.range(7, 7 + (position + count + 15) / 16).toArray();
        return new Slice(tokens, position, pages, output);
    }

    private static Slice.NextToken next(int... history) {
        return new Slice.NextToken(new SamplingState(OPTIONS, history, history.length, 5, 2));
    }

    private static int[] ints(ByteBuffer buffer, int at, int count) {
        return IntStream.range(0, count).map(i -> buffer.getInt(at + 4 * i)).toArray();
    }

    private static ByteBuffer written(StepPlan plan, StepLayout layout, int rows, int outputs) {
        ByteBuffer buffer = ByteBuffer.allocate(layout.bytes(plan.dataInts())).order(ByteOrder.LITTLE_ENDIAN);
        plan.write(buffer, layout, rows, outputs);
        return buffer;
    }

    @Test
    void singleRowsComeBeforeTheTilesOfPrompts() {
        List<Slice> slices = List.of(slice(70, 16, new Slice.None()), slice(1, 33, next(1, 2)));
        StepPlan plan = new StepPlan(slices, false);
        assertThat(plan.rows()).isEqualTo(71);
        assertThat(plan.singleRows()).isEqualTo(1);
        assertThat(plan.tiles()).isEqualTo(2);
        assertThat(plan.outputs()).isEqualTo(1);
        assertThat(plan.firstRow(0)).isEqualTo(1);
        assertThat(plan.firstRow(1)).isZero();
        assertThat(plan.decodes()).isFalse();
        StepLayout layout = StepLayout.of(71, 2, 1);
        ByteBuffer buffer = written(plan, layout, 71, 1);
        // token, position, offset of the first page: the pages of the first slice are the first six
        assertThat(ints(buffer, layout.rowsAt(), 8)).containsExactly(100, 33, 6, 0, 100, 16, 0, 0);
        // first row, rows, position, offset of the first page
        assertThat(ints(buffer, layout.tilesAt(), 8)).containsExactly(1, 64, 16, 0, 65, 6, 80, 0);
        assertThat(ints(buffer, layout.dataAt(), 9)).containsExactly(7, 8, 9, 10, 11, 12, 7, 8, 9);
    }

    @Test
    void anOutputHasItsSamplingAndTheTokensOfTheWindow() {
        StepPlan plan = new StepPlan(List.of(slice(1, 0, next(9, 4, 6, 4))), false);
        assertThat(plan.decodes()).isTrue();
        StepLayout layout = StepLayout.of(1, 0, 1);
        ByteBuffer buffer = written(plan, layout, 1, 1);
        int at = layout.outputsAt();
        assertThat(ints(buffer, at, 4)).as("row, seed, counter").containsExactly(0, 2, 1, 5);
        assertThat(buffer.getFloat(at + 16)).isEqualTo(0.5f);
        assertThat(buffer.getInt(at + 20)).isEqualTo(40);
        assertThat(buffer.getFloat(at + 24)).isEqualTo(0.9f);
        assertThat(buffer.getFloat(at + 28)).isEqualTo(0.1f);
        assertThat(buffer.getFloat(at + 32)).isEqualTo(1.5f);
        assertThat(buffer.getFloat(at + 36)).isEqualTo(0.25f);
        assertThat(buffer.getFloat(at + 40)).isEqualTo(0.75f);
        assertThat(ints(buffer, at + 44, 5))
                .as("offset and number of penalties, alternatives, flag")
                .containsExactly(1, 2, 2, 1, 0);
        assertThat(ints(buffer, layout.dataAt() + 8, 4))
                .as("the window of three: 4, 6, 4")
                .containsExactly(4, 2, 6, 1);
    }

    @Test
    void unusedRowsAndOutputsOfAClassAreMarked() {
        StepPlan plan = new StepPlan(List.of(slice(1, 3, next())), false);
        StepLayout layout = StepLayout.of(4, 0, 4);
        ByteBuffer buffer = written(plan, layout, 4, 4);
        for (int row = 1; row < 4; row++) {
            assertThat(ints(buffer, layout.rowsAt() + 16 * row, 2)).containsExactly(-1, -1);
            assertThat(buffer.getInt(layout.outputsAt() + 64 * row)).isEqualTo(-1);
        }
    }

    @Test
    void inADeterministicStepAllRowsAttendOneByOne() {
        StepPlan plan = new StepPlan(List.of(slice(70, 0, new Slice.Hidden())), true);
        assertThat(plan.singleRows()).isEqualTo(70);
        assertThat(plan.tiles()).isZero();
        assertThat(plan.outputs()).isZero();
        assertThat(plan.output(0)).isEqualTo(-1);
    }
}
