package io.inference.http.security;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.HttpSettings;
import io.inference.security.AuditLog;
import io.inference.security.UserAccess;
import io.inference.security.jwt.LocalIssuer;
import io.inference.security.network.InternalKeyProvider;
import io.inference.security.network.LocalMachineProvider;
import io.inference.security.network.ManagementAccess;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationManagerResolver;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.context.NullSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.StaticHeadersWriter;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.context.WebApplicationContext;

/**
 * The filter chains, built without {@code HttpSecurity}: each holds only the filters that it needs, without sessions,
 * forms, saved requests, anonymous callers, or a look-up of Spring MVC's handler.
 */
@Configuration(proxyBeanMethods = false)
class FilterChainConfiguration {
    private static final InferenceException NOT_FOUND = new InferenceException(ErrorCode.NOT_FOUND, "page not found");

    /** Objects that the parts of the REST listener's chain share. */
    record RestAccess(
            AuthenticationManager manager,
            OpenPaths open,
            InternalKeyProvider internal,
            boolean authenticationOff,
            UserAccess users,
            Refusals refusals)
            implements AuthenticationManagerResolver<HttpServletRequest> {
        CredentialResolver credentials() {
            return new CredentialResolver(open, internal, authenticationOff);
        }

        /** Below {@code /internal} a bearer token is a key, and is never verified as anything else. */
        @Override
        public AuthenticationManager resolve(HttpServletRequest request) {
            RequestedCall call = RequestedCall.of(request);
            return call.isInternal()
                    ? token -> manager.authenticate(new InternalKeyProvider.Key(
                            ((BearerTokenAuthenticationToken) token).getToken(), call.details()))
                    : manager;
        }
    }

    @Bean
    RestAccess restAccess(
            AuthenticationManager manager,
            InternalKeyProvider internal,
            List<PublicFiles> files,
            SignedPaths signed,
            HttpSettings settings,
            UserAccess users,
            ObjectProvider<LocalIssuer> embedded,
            AuditLog audit) {
        return new RestAccess(
                manager,
                new OpenPaths(files, signed, embedded.getIfAvailable() != null),
                internal,
                settings.authenticationOff(),
                users,
                new Refusals(settings.apiPrefix(), audit));
    }

    @Bean
    @Order(1)
    SecurityFilterChain restFilterChain(
            RestAccess access, RouteLookup routes, AuditLog audit, ApplicationContext service) {
        List<Filter> filters = new ArrayList<>(List.of(
                new RouteLookupFilter(routes),
                new SecurityHeaders().filter(),
                new SecurityContextHolderFilter(new NullSecurityContextRepository()),
                translation(access.refusals()),
                bearerTokens(access)));
        if (access.authenticationOff()) {
            filters.add(thisMachine(access));
        }
        filters.add(new AuthorizationFilter(
                new RestAuthorization(access.open(), access.internal(), access.users(), audit)));
        return new DefaultSecurityFilterChain(listenerOf(service), filters);
    }

    /** Each listener has a servlet context, which holds its application context. */
    private static RequestMatcher listenerOf(ApplicationContext context) {
        return request -> context.equals(
                request.getServletContext().getAttribute(WebApplicationContext.ROOT_WEB_APPLICATION_CONTEXT_ATTRIBUTE));
    }

    /** All requests not of the REST listener, so that no listener is without a chain. */
    @Bean
    @Order(2)
    SecurityFilterChain managementFilterChain(RestAccess access, ManagementAccess management) {
        return new DefaultSecurityFilterChain(
                AnyRequestMatcher.INSTANCE,
                new SecurityHeaders(new StaticHeadersWriter("Cache-Control", "no-store")).filter(),
                new SecurityContextHolderFilter(new NullSecurityContextRepository()),
                translation(access.refusals()),
                new AuthorizationFilter(new ManagementAuthorization(management)));
    }

    @Bean("springSecurityFilterChain")
    FilterChainProxy filterChainProxy(
            List<SecurityFilterChain> chains,
            RestAccess access,
            ManagementAccess management,
            ApplicationContext service) {
        FilterChainProxy proxy = new FilterChainProxy(chains);
        proxy.setFirewall(firewall());
        RejectedRequests ofRest = rejected(access);
        RequestMatcher rest = listenerOf(service);
        proxy.setRequestRejectedHandler((request, response, rejection) -> {
            if (rest.matches(request)) {
                ofRest.handle(request, response, rejection);
            } else {
                InferenceException refusal = ManagementAuthorization.refusal(management, request);
                access.refusals().send(refusal == null ? NOT_FOUND : refusal, request, response);
            }
        });
        return proxy;
    }

    /**
     * Names of models may contain an escaped slash, percent sign and dots. Routes decide which methods they serve, and
     * no route or page reads a parameter by the servlet API. Tomcat refuses control characters in headers; otherwise
     * they may hold any text.
     */
    static HttpFirewall firewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowUrlEncodedSlash(true);
        firewall.setAllowUrlEncodedPercent(true);
        firewall.setAllowUrlEncodedPeriod(true);
        firewall.setUnsafeAllowAnyHttpMethod(true);
        firewall.setAllowedHeaderNames(name -> true);
        firewall.setAllowedHeaderValues(value -> true);
        return firewall;
    }

    private static RejectedRequests rejected(RestAccess access) {
        return new RejectedRequests(
                access, access.credentials(), access.authenticationOff(), access.refusals(), new SecurityHeaders());
    }

    private static ExceptionTranslationFilter translation(Refusals refusals) {
        ExceptionTranslationFilter filter = new ExceptionTranslationFilter(refusals, new NullRequestCache());
        filter.setAccessDeniedHandler(refusals);
        return filter;
    }

    private static Filter bearerTokens(RestAccess access) {
        BearerTokenAuthenticationFilter filter = new BearerTokenAuthenticationFilter(access);
        filter.setBearerTokenResolver(access.credentials());
        filter.setSecurityContextRepository(new NullSecurityContextRepository());
        filter.setAuthenticationDetailsSource(request -> "");
        filter.setAuthenticationEntryPoint(access.refusals());
        filter.setAuthenticationFailureHandler(access.refusals()::commence);
        return filter;
    }

    /** Used if authentication is off: accepts callers on this machine without a credential. */
    private static Filter thisMachine(RestAccess access) {
        AuthenticationFilter filter = new AuthenticationFilter(access.manager(), request -> {
            RequestedCall call = RequestedCall.of(request);
            return call.isInternal() ? null : new LocalMachineProvider.Local(call.details());
        });
        filter.setSecurityContextRepository(new NullSecurityContextRepository());
        filter.setSuccessHandler((request, response, authentication) -> {});
        filter.setFailureHandler(access.refusals()::commence);
        return filter;
    }
}
