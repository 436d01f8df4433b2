package io.inference.http.answer;

import java.util.function.Supplier;

/**
 * The start of a stream whose first chunk takes long: what a door may send while the route is still running.
 *
 * @param encoder created only when needed: for keep-alives and for the failure of a route without an answer, not
 *     for chunks
 */
public record StreamStart(Framing framing, Supplier<ChunkEncoder> encoder) {}
