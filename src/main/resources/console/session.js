// Who is signed in: a bearer token, kept for this tab alone and gone with it. Whatever obtains a token hands it to signIn.

const KEY = 'inference-console-token';
const listeners = [];
let token = sessionStorage.getItem(KEY) ?? '';

/** The token; empty where nobody is signed in, which suffices where the service asks for none. */
export const bearer = () => token;

export function signIn(newToken) {
  token = newToken;
  sessionStorage.setItem(KEY, token);
  listeners.forEach((listener) => listener(''));
}

/** @param why told on the page that asks for a token; empty where the operator left by choice */
export function signOut(why = '') {
  token = '';
  sessionStorage.removeItem(KEY);
  listeners.forEach((listener) => listener(why));
}

export const onChange = (listener) => listeners.push(listener);
