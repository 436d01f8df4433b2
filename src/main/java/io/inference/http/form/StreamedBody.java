package io.inference.http.form;

import java.io.InputStream;

/**
 * The body of a request that its route reads while it arrives: the body of an exchange whose endpoint says
 * {@code useStreaming}. A type of its own, since Camel would copy an {@code InputStream} into memory.
 *
 * @param content decoded; bounded in size and pace by the door, and read at most once
 * @param length in bytes; negative if unknown
 */
public record StreamedBody(InputStream content, long length) {}
