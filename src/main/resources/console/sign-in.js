// Sends an admin to the issuer, or asks for a token, and tells why one was not taken.

import { h } from './dom.js';
import { findIssuer, leaveFor } from './issuer.js';

/**
 * @param why told above the form; may be empty
 * @param signIn takes the token
 */
export function signInPage(why, signIn) {
  const token = h('input', {
    id: 'token', type: 'password', autocomplete: 'off', 'aria-describedby': 'token-help',
  });
  const submit = (event) => {
    event.preventDefault();
    if (token.value.trim()) signIn(token.value.trim());
  };
  const atIssuer = h('div', { class: 'at-issuer' });
  findIssuer().then(({ issuer, why: notNow }) => {
    if (issuer) {
      atIssuer.append(
        h('button', { type: 'button', class: 'primary', onclick: () => leaveFor(issuer) }, 'Sign in at the issuer'));
    } else if (notNow) atIssuer.append(h('p', { class: 'quiet-text' }, notNow));
  });
  return h('form', { class: 'panel sign-in', 'aria-label': 'Sign in', onsubmit: submit },
    h('h2', {}, 'Sign in'),
    h('p', { class: 'bad', role: 'alert' }, why),
    atIssuer,
    h('label', { for: 'token' }, 'Token of an admin'),
    token,
    h('p', { id: 'token-help', class: 'quiet-text' },
      'A JWT of your issuer, or an API key. It stays in this tab and goes nowhere but to this service. On a machine without an issuer ',
      h('a', { href: 'dev/token?sub=me&groups=admins' }, '/dev/token'), ' gives one.'),
    h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'primary' }, 'Use the token')));
}
