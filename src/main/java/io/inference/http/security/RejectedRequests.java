package io.inference.http.security;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.security.network.LocalMachineProvider;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authentication.AuthenticationManagerResolver;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;

/**
 * Answers requests that the firewall rejects: an ambiguous path does not exist. Callers without a valid credential get
 * 401, as on every other path.
 */
final class RejectedRequests implements RequestRejectedHandler {
    private final AuthenticationManagerResolver<HttpServletRequest> managers;
    private final CredentialResolver credentials;
    private final boolean authenticationOff;
    private final Refusals refusals;
    private final SecurityHeaders headers;

    RejectedRequests(
            AuthenticationManagerResolver<HttpServletRequest> managers,
            CredentialResolver credentials,
            boolean authenticationOff,
            Refusals refusals,
            SecurityHeaders headers) {
        this.managers = managers;
        this.credentials = credentials;
        this.authenticationOff = authenticationOff;
        this.refusals = refusals;
        this.headers = headers;
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, RequestRejectedException rejected)
            throws IOException {
        headers.write(request, response);
        try {
            authenticate(request);
            refusals.send(new InferenceException(ErrorCode.NOT_FOUND, "page not found"), request, response);
        } catch (AuthenticationException e) {
            refusals.commence(request, response, e);
        }
    }

    private void authenticate(HttpServletRequest request) {
        RequestedCall call = RequestedCall.of(request);
        String token = credentials.resolve(request);
        if (token != null) {
            var unused = managers.resolve(request).authenticate(new BearerTokenAuthenticationToken(token));
        } else if (authenticationOff && !call.isInternal()) {
            LocalMachineProvider.check(call.details());
        } else {
            throw new AuthenticationCredentialsNotFoundException("no credential");
        }
    }
}
