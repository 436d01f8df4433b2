package io.inference.routes.flow;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.StreamedAnswer;
import io.inference.call.Calls;
import io.inference.call.OpenCall;
import io.inference.routes.check.RouteChecks;
import io.inference.routes.door.RouteRun;
import io.inference.routes.status.RouteMeters;
import java.time.Duration;
import java.util.Set;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Processor;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Opens a call for work without a call of a door, so that it has a deadline, a line in the log and a place in the
 * metrics:
 * <ul>
 * <li>without a caller, as in a route that a timer starts: as the caller {@code route:<id>}, which is in no group and
 * no tenant;
 * <li>in the copies that a wire tap, a splitter or a multicast makes of a caller's exchange: as that caller. The call
 * shares the deadline of the original call and is cancelled with it.
 * </ul>
 * It never changes a caller: the exchange of a door itself is refused. The call ends with its exchange; a stream that
 * remains then is read to its end.
 */
public class RouteCallProcessor implements Processor {
    /** Name in the log, in place of a door's. */
    private static final String DOOR = "route";

    private final Duration timeout;
    private final Calls calls;

    /** @param timeout how long a call without a parent call may take */
    RouteCallProcessor(Duration timeout, Calls calls) {
        this.timeout = timeout;
        this.calls = calls;
    }

    @Override
    public void process(Exchange exchange) {
        Call before = exchange.getProperty(Call.PROPERTY, Call.class);
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        String route = ExchangeHelper.getAtRouteId(exchange);
        if (before == null && caller == null && !isOfADoor(exchange)) {
            caller = new Caller("route:" + route, Set.of(), Set.of(), null, Caller.Kind.SERVICE);
            open(exchange, caller, new Call(exchange.getExchangeId(), DOOR, timeout), null);
        } else if (before != null && caller != null && RouteMeters.isCopy(exchange)) {
            Integer part = exchange.getProperty(ExchangePropertyKey.SPLIT_INDEX, Integer.class);
            String id = before.id() + "-" + (part == null ? route : part.toString());
            open(exchange, caller, new Call(id, DOOR, before.remaining()), before);
        } else {
            throw new IllegalStateException(
                    "a route opens a call where nobody has called, or for a copy of an exchange");
        }
    }

    private static boolean isOfADoor(Exchange exchange) {
        Endpoint from = exchange.getFromEndpoint();
        return from != null && RouteChecks.isDoor(from.getEndpointUri());
    }

    private void open(Exchange exchange, Caller caller, Call call, @Nullable Call before) {
        call.setCaller(caller.subject());
        if (exchange.getMessage().getBody() instanceof InferenceRequest request) {
            call.setOperation(request.operation());
            call.setModel(request.model());
        }
        RouteRun.fill(exchange, call, caller);
        OpenCall open = calls.open(call);
        Runnable withTheOther = () -> call.cancel(ErrorCode.CANCELLED);
        if (before != null) {
            before.onCancel(withTheOther);
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                InferenceException failure = outcome(done, open);
                if (before != null) {
                    before.removeOnCancel(withTheOther);
                }
                open.end(failure);
            }
        });
    }

    /** Null if the exchange succeeded. An unread stream is read to its end, so that its tokens are known. */
    private static @Nullable InferenceException outcome(Exchange done, OpenCall open) {
        Exception failure = RouteRun.failure(done);
        if (failure == null && done.getMessage().getBody() instanceof ChatAnswer.Streamed left) {
            try {
                ChatAnswer.Whole ignored = AnswerCollector.collect(left.chunks(), left.model(), open.call());
            } catch (InferenceException e) {
                failure = e;
            }
        } else if (done.getMessage().getBody() instanceof StreamedAnswer left) {
            left.chunks().close();
        }
        return failure == null ? null : open.failure(failure);
    }
}
