package io.inference.routes.check;

import io.inference.api.call.Caller;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Who may call a route, from its definition. By default a route is for the user groups, and not for credentials with
 * scopes.
 *
 * @param decides whether a step of the route decides: it calls {@code direct:authenticate} before it sends anything
 *     on
 * @param scope the scope that a credential with scopes needs, from a {@code note} that begins with {@value #MARK};
 *     null for none
 */
public record RouteAccess(boolean decides, @Nullable String scope) {
    static final String MARK = "scope:";

    static final String AUTHENTICATE = "authenticate";

    /** The steps that may come before the deciding step. */
    static final Set<String> BEFORE_AUTHENTICATION = new TreeSet<>(Set.of(
            "process", "setBody", "setHeader", "setProperty", "setVariable", "removeHeader", "removeHeaders", "log"));

    private static final Pattern SCOPE = Pattern.compile("[a-z][a-z0-9._-]{0,63}");
    private static final RouteAccess OF_USERS = new RouteAccess(false, null);

    /** Reads the access of a route of a context. */
    public static RouteAccess of(CamelContext context, String routeId) {
        return of(((ModelCamelContext) context).getRouteDefinition(routeId));
    }

    static RouteAccess of(@Nullable RouteDefinition route) {
        if (route == null) {
            return OF_USERS;
        }
        String note = route.getNote();
        return new RouteAccess(
                decides(RouteChecks.own(route)),
                note == null || !note.startsWith(MARK)
                        ? null
                        : note.substring(MARK.length()).strip());
    }

    /** Tells the steps of the route which scope it names, so that a step that decides asks for it. */
    public void nameScope(Exchange exchange) {
        if (scope != null) {
            exchange.setProperty(Caller.REQUIRED_SCOPE, scope);
        }
    }

    private static boolean decides(List<ProcessorDefinition<?>> steps) {
        for (ProcessorDefinition<?> step : steps) {
            if (step instanceof ToDefinition to
                    && RouteChecks.flowName(to.getEndpointUri()).equals(AUTHENTICATE)) {
                return true;
            }
            if (!BEFORE_AUTHENTICATION.contains(step.getShortName())) {
                return false;
            }
        }
        return false;
    }

    /** The fault of the scope that the note names; null if there is none. */
    @Nullable
    String fault() {
        return scope == null || SCOPE.matcher(scope).matches()
                ? null
                : "'" + MARK + " " + scope + "' names no scope: one word of small letters, digits, '.', '_' and '-'";
    }
}
