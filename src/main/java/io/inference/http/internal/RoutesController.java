package io.inference.http.internal;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpErrors;
import io.inference.http.answer.RequestId;
import io.inference.routes.generation.NoCandidateException;
import io.inference.routes.generation.RouteGenerations;
import io.inference.routes.status.RouteChange;
import io.inference.routes.status.RoutesStatus;
import io.inference.security.AuditLog;
import io.inference.security.CallerAuthentication;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The routes in service and changes of them: below {@code /internal/routes} for callers with an internal key, below
 * {@code /admin/routes} for admins. A change that is refused is 422 with its faults.
 */
@RestController
class RoutesController {
    private final RouteGenerations generations;
    private final AuditLog audit;

    RoutesController(RouteGenerations generations, AuditLog audit) {
        this.generations = generations;
        this.audit = audit;
    }

    @GetMapping({"/internal/routes", "/admin/routes"})
    ResponseEntity<RoutesStatus> status() {
        return ResponseEntity.ok().header("Cache-Control", "no-store").body(generations.status());
    }

    /** A file as it was when the generation was built, so that lines in the status are lines in it. */
    @GetMapping({"/internal/routes/files/{name}", "/admin/routes/files/{name}"})
    ResponseEntity<byte[]> file(
            @PathVariable("name") String name,
            @RequestParam(name = "generation", defaultValue = "serving") String generation,
            HttpServletRequest request) {
        return generations
                .file(name, generation.equals("candidate"))
                .map(text -> ResponseEntity.ok()
                        .header("Content-Type", "text/plain; charset=utf-8")
                        .header("Cache-Control", "no-store")
                        .body(text.getBytes(StandardCharsets.UTF_8)))
                .orElseGet(() -> answer(
                        new InferenceException(ErrorCode.NOT_FOUND, "no such file in that generation"), request));
    }

    @PostMapping({"/internal/routes/reload", "/admin/routes/reload"})
    ResponseEntity<RouteChange> reload(HttpServletRequest request) {
        return change(request, generations::reload);
    }

    @PostMapping({"/internal/routes/commit", "/admin/routes/commit"})
    ResponseEntity<RouteChange> commit(HttpServletRequest request) {
        return change(request, generations::commit);
    }

    @PostMapping({"/internal/routes/discard", "/admin/routes/discard"})
    ResponseEntity<RouteChange> discard(HttpServletRequest request) {
        return change(request, generations::discard);
    }

    @PostMapping({"/internal/routes/rollback", "/admin/routes/rollback"})
    ResponseEntity<RouteChange> rollback(HttpServletRequest request) {
        return change(request, generations::rollback);
    }

    private ResponseEntity<RouteChange> change(HttpServletRequest request, Function<String, RouteChange> act) {
        Caller caller = CallerAuthentication.current();
        String who = caller == null ? "unknown" : caller.subject();
        audit.did(RequestId.of(request), who, request.getMethod() + " " + request.getRequestURI());
        RouteChange change = act.apply(who);
        return ResponseEntity.status(change.outcome() == RouteChange.Outcome.REFUSED ? 422 : 200)
                .header("Cache-Control", "no-store")
                .body(change);
    }

    @ExceptionHandler
    ResponseEntity<byte[]> nothingWaits(NoCandidateException e, HttpServletRequest request) {
        return answer(new InferenceException(ErrorCode.CONFLICT, String.valueOf(e.getMessage())), request);
    }

    private static ResponseEntity<byte[]> answer(InferenceException failure, HttpServletRequest request) {
        var answer = HttpErrors.answer(request.getRequestURI(), "", RequestId.of(request), failure);
        return ResponseEntity.status(answer.status())
                .header("Content-Type", answer.contentType())
                .body(answer.body());
    }
}
