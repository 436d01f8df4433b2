// Asks for an admin's token and tells why one was not taken.

import { h } from './dom.js';

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
  return h('form', { class: 'panel sign-in', 'aria-label': 'Sign in', onsubmit: submit },
    h('h2', {}, 'Sign in'),
    h('p', { class: 'bad', role: 'alert' }, why),
    h('label', { for: 'token' }, 'Token of an admin'),
    token,
    h('p', { id: 'token-help', class: 'quiet-text' },
      'A JWT of your issuer, or an API key. It stays in this tab and goes nowhere but to this service. On a machine without an issuer ',
      h('a', { href: 'dev/token?sub=me&groups=admins' }, '/dev/token'), ' gives one.'),
    h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'primary' }, 'Sign in')));
}
