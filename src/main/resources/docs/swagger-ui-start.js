"use strict";

// Everything but a token comes from this service: no validator, no fonts, no document from elsewhere.
const { clientId, audience } = document.getElementById("swagger-ui").dataset;

window.ui = SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    persistAuthorization: false,
    validatorUrl: "none",
    presets: [SwaggerUIBundle.presets.apis],
    oauth2RedirectUrl: new URL("docs/oauth2-redirect.html", location.href).href,
});

// Where the page is a client of the issuer: a public one, so that PKCE is its proof. The token stays in this page's memory.
if (clientId) {
    window.ui.initOAuth({
        clientId,
        scopes: "openid",
        usePkceWithAuthorizationCodeGrant: true,
        additionalQueryStringParams: { audience },
    });
}
