// Asks the service, with the operator's token. Paths are relative to the page, so that the console works behind a prefix.

import { bearer } from './session.js';

const BASE = new URL('./', document.baseURI);

/** The service said no. */
export class Refusal extends Error {
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/**
 * Sends a request; whatever the status, the answer is handed on.
 * @param path with or without a leading slash; one that leads to another origin is refused, since the token goes along
 */
export function send(path, { method = 'GET', headers = {}, body, signal } = {}) {
  const url = new URL(path.replace(/^\//, ''), BASE);
  if (url.origin !== BASE.origin || path.startsWith('//')) throw new TypeError('the path leads away from this service');
  const all = new Headers(headers);
  if (bearer()) all.set('Authorization', `Bearer ${bearer()}`);
  return fetch(url, { method, headers: all, body, signal, cache: 'no-store', credentials: 'omit', redirect: 'error' });
}

/** Sends a request and throws a Refusal unless it is answered well. */
export async function ask(path, options) {
  const answer = await send(path, options);
  if (answer.ok) return answer;
  const text = await answer.text();
  const body = parse(text);
  const message = body?.error?.message ?? body?.detail ?? (typeof body?.error === 'string' ? body.error : null);
  throw new Refusal(answer.status, message ?? `HTTP ${answer.status}`, body);
}

export async function json(path, options) {
  return (await ask(path, options)).json();
}

export function postJson(path, value, { headers = {}, signal } = {}) {
  return ask(path, {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value), signal,
  });
}

/** The prefix of the API, and the ids of the models that answer with text or vectors. */
export async function offered() {
  const { API_VERSION } = await json('admin/config');
  const prefix = `/${API_VERSION.value}`;
  const { data } = await json(`${prefix}/models`);
  const models = data.filter(({ capabilities }) => capabilities?.join() !== 'image').map(({ id }) => id);
  return { prefix, models };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
