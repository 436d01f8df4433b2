package io.inference.http.answer;

import java.util.function.Supplier;

/**
 * How a stream begins whose first chunk is long in coming: what a door may send while the route is still at work.
 *
 * @param encoder made only when it is needed, for keep-alives and for the failure of a route that never had an answer; not for chunks
 */
public record StreamStart(Framing framing, Supplier<ChunkEncoder> encoder) {}
