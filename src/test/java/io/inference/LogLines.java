package io.inference;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.CopyOnWriteArrayList;

/** The lines of a log, which may be read while other threads add to them. */
public final class LogLines extends ListAppender<ILoggingEvent> {
    public LogLines() {
        list = new CopyOnWriteArrayList<>();
    }
}
