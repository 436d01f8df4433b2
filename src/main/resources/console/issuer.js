// Signs in at the issuer by authorization code and PKCE: this page is a public client, and the verifier its only proof.

import { json, Refusal } from './api.js';

const KEY = 'inference-console-sign-in';

/** Where the issuer sends the browser back to: this page. */
const REDIRECT = new URL('console', document.baseURI).href;

/** What the service says of the issuer, and why nobody can sign in there now; neither where people bring a token along. */
export async function findIssuer() {
  try {
    const issuer = await json('console/issuer.json');
    if (!issuer.client_id) return {};
    // Browsers have no hash functions for pages that came unprotected.
    return isSecureContext ? { issuer } : { why: 'Signing in at the issuer needs this page to be loaded by HTTPS.' };
  } catch (error) {
    return error instanceof Refusal ? { why: 'Signing in at the issuer is not possible now: it cannot be asked where to.' } : {};
  }
}

/** Sends the browser to the issuer. */
export async function leaveFor(issuer) {
  const pending = { state: random(), verifier: random(), view: location.hash };
  sessionStorage.setItem(KEY, JSON.stringify(pending));
  const address = new URL(issuer.authorization_endpoint);
  const asked = {
    response_type: 'code', client_id: issuer.client_id, redirect_uri: REDIRECT, scope: 'openid', audience: issuer.audience,
    state: pending.state, code_challenge: await challenge(pending.verifier), code_challenge_method: 'S256',
  };
  Object.entries(asked).forEach(([name, value]) => address.searchParams.set(name, value));
  location.assign(address);
}

/** What the browser came back from the issuer with: a token, or why there is none; null where it does not come from there. */
export async function comeBack() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state')) return null;
  const pending = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  sessionStorage.removeItem(KEY);
  history.replaceState(null, '', location.pathname + (pending?.view ?? ''));
  if (answer.get('state') !== pending?.state) return { why: 'The issuer answered what this tab had not asked. Sign in again.' };
  if (!answer.has('code')) return { why: `The issuer did not sign you in: ${reason(Object.fromEntries(answer))}` };
  const { issuer, why } = await findIssuer();
  return issuer ? exchange(issuer, answer.get('code'), pending.verifier) : { why };
}

async function exchange(issuer, code, verifier) {
  try {
    const answer = await fetch(issuer.token_endpoint, {
      method: 'POST', credentials: 'omit', redirect: 'error', cache: 'no-store',
      body: new URLSearchParams({
        grant_type: 'authorization_code', code, redirect_uri: REDIRECT, client_id: issuer.client_id, code_verifier: verifier,
      }),
    });
    const told = await answer.json().catch(() => ({}));
    return told.access_token
      ? { token: told.access_token }
      : { why: `The issuer gave no token: ${reason(told) || `HTTP ${answer.status}`}` };
  } catch (error) {
    return { why: `The issuer's token endpoint cannot be reached from this page (does it allow its origin?): ${error.message}` };
  }
}

const reason = ({ error, error_description: description }) => description ?? error ?? '';

const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

async function challenge(verifier) {
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

const base64Url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
