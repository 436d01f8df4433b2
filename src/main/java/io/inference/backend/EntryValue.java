package io.inference.backend;

import java.nio.file.Path;

/** A value of an entry that may be secret: a text, or where to find it. */
public sealed interface EntryValue {
    /** A text that is not secret. */
    record Text(String text) implements EntryValue {}

    /** The value of an environment variable. */
    record Variable(String name) implements EntryValue {}

    /** The content of a file, without white space around it. */
    record File(Path path) implements EntryValue {}
}
