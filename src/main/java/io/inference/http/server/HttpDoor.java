package io.inference.http.server;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.Calls;
import io.inference.call.OpenCall;
import io.inference.http.HttpSettings;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.PendingAnswer;
import io.inference.http.answer.RequestId;
import io.inference.http.content.FileSender;
import io.inference.http.form.StreamedBody;
import io.inference.http.tomcat.ConnectionProbe;
import io.inference.routes.door.RouteRun;
import io.inference.security.AuditLog;
import io.inference.security.CallerAuthentication;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the route that serves a request and sends its answer. */
final class HttpDoor {
    private static final Logger log = LoggerFactory.getLogger(HttpDoor.class);

    private static final List<String> GZIP = List.of("gzip");
    private static final int LONGEST_SHOWN = 100;

    private final HttpSettings settings;
    private final Calls calls;
    private final AnswerSender sender;
    private final AuditLog audit;
    private final BodyReader bodies;

    HttpDoor(HttpSettings settings, Calls calls, AuditLog audit) {
        this.settings = settings;
        this.calls = calls;
        this.audit = audit;
        this.bodies = new BodyReader(settings.maxRequestBytes(), settings.receiveTimeout(), System::nanoTime);
        this.sender = new AnswerSender(settings.keepAlive());
    }

    void handle(RoutingTable.Match match, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Call call = new Call(RequestId.of(request), "rest", settings.requestTimeout());
        Caller caller = CallerAuthentication.current();
        if (caller != null) {
            // Some calls end before a route checks the caller.
            call.setCaller(caller.subject());
        }
        OpenCall open = calls.open(call);
        EarlyAnswer early = new EarlyAnswer(call, response, settings.keepAlive());
        call.onProgress(early::progress);
        InferenceException failure = null;
        try {
            failure = serve(match, open, early, request, response);
        } catch (IOException e) {
            call.cancel(ErrorCode.CANCELLED);
            failure = Call.cancellation(ErrorCode.CANCELLED);
        } catch (RuntimeException | Error e) {
            failure = open.failure(e);
            refuse(failure, call, early, request, response);
        } finally {
            open.end(failure);
        }
    }

    private @Nullable InferenceException serve(
            RoutingTable.Match match,
            OpenCall open,
            EarlyAnswer early,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Call call = open.call();
        String method = request.getMethod();
        RouteConsumer consumer = match.consumer(method);
        if (consumer == null) {
            response.setHeader("Allow", match.allowed());
            HttpErrors.methodNotAllowed(request.getRequestURI(), settings.apiPrefix(), call.id())
                    .writeTo(response);
            return new InferenceException(ErrorCode.INVALID_REQUEST, "this path does not take " + method);
        }
        List<String> codings = HeaderRules.codings(request);
        boolean coded = codings.equals(GZIP);
        if (!coded && !codings.isEmpty()) {
            return refuseCoding(codings, call, request, response);
        }
        ConnectionProbe probe = (ConnectionProbe) request.getAttribute(ConnectionProbe.ATTRIBUTE);
        Object body;
        if (consumer.isStreaming()) {
            var arriving = bodies.arriving(request.getInputStream(), coded, request.getContentLengthLong());
            probe = whenRead(arriving, probe);
            body = arriving.body();
        } else {
            body = readBody(request, coded);
        }
        try (var guard = new ConnectionGuard(open, probe, early)) {
            Exchange exchange = consumer.createExchange(false);
            try {
                fill(exchange, match, call, request, body);
                if (coded) {
                    // They describe the body as received, not as decoded; a step that calls another server would
                    // forward them.
                    exchange.getMessage().removeHeader("Content-Encoding");
                    exchange.getMessage().removeHeader("Content-Length");
                }
                consumer.route().access().nameScope(exchange);
                exchange.setProperty(PendingAnswer.PROPERTY, early);
                run(consumer, exchange, early);
                copyHeaders(HeaderRules.OUTGOING, exchange.getMessage(), response);
                return send(exchange, early, request, response, call);
            } catch (InferenceException e) {
                copyHeaders(HeaderRules.OF_LIMITS, exchange.getMessage(), response);
                throw e;
            } finally {
                RouteRun.release(consumer, exchange);
                if (body instanceof StreamedBody streamed) {
                    streamed.close();
                }
            }
        }
    }

    /** Names the supported codings: RFC 9110, 15.5.16. */
    private InferenceException refuseCoding(
            List<String> codings, Call call, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String named = String.join(", ", codings);
        InferenceException failure = InferenceException.unsupported(
                "Content-Encoding",
                "the Content-Encoding '" + (named.length() > LONGEST_SHOWN ? named.substring(0, LONGEST_SHOWN) : named)
                        + "' is not supported; send the body as it is, or as gzip");
        response.setHeader("Accept-Encoding", "gzip");
        HttpErrors.unsupportedMediaType(request.getRequestURI(), settings.apiPrefix(), call.id(), failure)
                .writeTo(response);
        return failure;
    }

    /** The rest of a slow body is not read: the connection closes after the answer. */
    private byte[] readBody(HttpServletRequest request, boolean coded) throws IOException {
        try {
            return coded
                    ? bodies.readGzip(request.getInputStream(), request.getContentLengthLong())
                    : bodies.read(request.getInputStream(), request.getContentLengthLong());
        } catch (InferenceException e) {
            if (e.code() == ErrorCode.INVALID_REQUEST
                    && request.getAttribute(ConnectionProbe.ATTRIBUTE) instanceof ConnectionProbe probe) {
                probe.giveUpBody();
            }
            throw e;
        }
    }

    /** Looking at a connection whose request is still being read would take bytes of it. */
    private static @Nullable ConnectionProbe whenRead(BodyReader.Arriving body, @Nullable ConnectionProbe probe) {
        return probe == null ? null : () -> body.isRead() && probe.callerDisconnected();
    }

    private static void fill(
            Exchange exchange, RoutingTable.Match match, Call call, HttpServletRequest request, Object body) {
        Message message = exchange.getMessage();
        message.setBody(body);
        for (Enumeration<String> names = request.getHeaderNames(); names.hasMoreElements(); ) {
            String name = names.nextElement();
            if (HeaderRules.mayEnter(name)) {
                message.setHeader(name, request.getHeader(name));
            }
        }
        if (request.getQueryString() != null) {
            QueryString.parse(request.getQueryString()).forEach((name, value) -> {
                if (HeaderRules.mayEnter(name)) {
                    message.setHeader(name, value);
                }
            });
        }
        for (Map.Entry<String, String> variable : match.variables().entrySet()) {
            message.setHeader(variable.getKey(), variable.getValue());
        }
        message.setHeader(Exchange.HTTP_METHOD, request.getMethod());
        message.setHeader(Exchange.HTTP_PATH, request.getRequestURI());
        RouteRun.fill(exchange, call, CallerAuthentication.current());
    }

    private static void run(RouteConsumer consumer, Exchange exchange, EarlyAnswer early) {
        try {
            RouteRun.run(consumer.getProcessor(), exchange);
        } finally {
            early.takeOver();
        }
    }

    private @Nullable InferenceException send(
            Exchange exchange, EarlyAnswer early, HttpServletRequest request, HttpServletResponse response, Call call)
            throws IOException {
        Message message = exchange.getMessage();
        if (message.getBody() instanceof HttpAnswer.ObjectList list) {
            message.setBody(list.framed());
        }
        if (message.getBody() instanceof HttpAnswer.Streamed streamed) {
            return sender.send(streamed, early.writing(), response);
        }
        if (early.hasBegun()) {
            early.complete(message.getBody());
            return null;
        }
        switch (message.getBody()) {
            case HttpAnswer.Whole whole -> sender.send(whole, early.writing(), response);
            case HttpAnswer.Copied copied -> sender.send(copied, response);
            case HttpAnswer.Content content ->
                FileSender.send(content, request, response, () -> call.cancelled() != null);
            case null -> response.setStatus(message.getHeader(Exchange.HTTP_RESPONSE_CODE, 204, Integer.class));
            default -> sender.send(plain(message), early.writing(), response);
        }
        return null;
    }

    /** The answer of a route that leaves text or bytes instead of an {@link HttpAnswer}. */
    private static HttpAnswer.Whole plain(Message message) {
        byte[] body = message.getBody(byte[].class);
        if (body == null) {
            throw new IllegalStateException("the route left a body that is neither text nor bytes");
        }
        return new HttpAnswer.Whole(
                message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class),
                message.getHeader(Exchange.CONTENT_TYPE, "text/plain; charset=utf-8", String.class),
                body);
    }

    private static void copyHeaders(List<String> names, Message message, HttpServletResponse response) {
        for (String name : names) {
            String value = message.getHeader(name, String.class);
            if (value != null) {
                response.setHeader(name, value);
            }
        }
    }

    private void refuse(
            InferenceException failure,
            Call call,
            EarlyAnswer early,
            HttpServletRequest request,
            HttpServletResponse response) {
        audit.ended(call, request.getMethod(), request.getRequestURI(), failure);
        if (early.hasBegun()) {
            early.fail(failure);
            return;
        }
        if (response.isCommitted()) {
            return;
        }
        try {
            response.resetBuffer();
            failure.retryAfter()
                    .ifPresent(wait -> response.setHeader("Retry-After", Long.toString(Math.max(1, wait.toSeconds()))));
            HttpErrors.answer(request.getRequestURI(), settings.apiPrefix(), call.id(), failure)
                    .writeTo(response);
            // Flushed, so that the container adds no message of its own to a connection that it has to close.
            response.flushBuffer();
        } catch (IOException e) {
            log.debug("the caller of {} disconnected before its refusal was sent", call.id());
        }
    }
}
