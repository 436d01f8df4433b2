// Asks for an admin's token and tells why one was not taken.

import { h } from './dom.js';

/**
 * @param why told above the form; may be empty
 * @param signIn takes the token
 */
export function signInPage(why, signIn) {
  const token = h('textarea', {
    id: 'token', rows: 5, required: true, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none',
    'aria-describedby': 'token-help',
    onkeydown: (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        submit();
      }
    },
  });
  const submit = () => token.value.trim() && signIn(token.value.trim());
  return h('section', { class: 'panel sign-in', 'aria-label': 'Sign in' },
    h('h2', {}, 'Sign in'),
    h('p', { class: 'bad', role: 'alert' }, why),
    h('label', { for: 'token' }, 'Token of an admin'),
    token,
    h('p', { id: 'token-help', class: 'quiet-text' },
      'A JWT of your issuer, or an API key. It stays in this tab and goes nowhere but to this service. On a machine without an issuer ',
      h('a', { href: 'dev/token?sub=me&groups=admins' }, '/dev/token'), ' gives one.'),
    h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'primary', onclick: submit }, 'Sign in')));
}
