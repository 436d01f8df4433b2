// Any request to this service, and its answer as it comes.

import { send } from './api.js';
import { field, h, setText } from './dom.js';
import { millis } from './format.js';
import { texts } from './stream.js';

const MOST_CHARS = 200_000;

export class RequestView {
  #options;
  #running = null;
  #method = h('select', {}, ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((name) => h('option', {}, name)));
  #path = h('input', { type: 'text', value: '/v1/models', spellcheck: 'false', onkeydown: (event) => event.key === 'Enter' && this.#run() });
  #body = h('textarea', { rows: 8, spellcheck: 'false', class: 'code', 'aria-label': 'Body, JSON' });
  #told = h('p', { class: 'figures-line', role: 'status' }, 'Nothing sent yet.');
  #head = h('pre', { class: 'answer-head' });
  #answer = h('pre', { class: 'answer', tabindex: '0', 'aria-label': 'Answer' });
  #send = h('button', { type: 'button', class: 'primary', onclick: () => this.#run() }, 'Send');
  #stop = h('button', { type: 'button', disabled: true, onclick: () => this.#running?.abort() }, 'Stop');

  element = h('section', { class: 'panel', 'aria-label': 'Request' },
    h('div', { class: 'fields request-fields' }, field('Method', this.#method), field('Path', this.#path)),
    field('Body', this.#body),
    h('div', { class: 'buttons' }, this.#told, this.#stop, this.#send), this.#head, this.#answer);

  constructor(options) {
    this.#options = options;
  }

  offer() {}

  async #run() {
    if (this.#running) return;
    this.#busy(new AbortController());
    this.#head.replaceChildren();
    this.#answer.replaceChildren();
    const start = performance.now();
    try {
      await this.#exchange(start);
    } catch (error) {
      setText(this.#told, error.name === 'AbortError' ? 'Stopped.' : error.message);
    } finally {
      this.#busy(null);
    }
  }

  async #exchange(start) {
    const bodyless = this.#method.value === 'GET';
    const body = bodyless || this.#body.value === '' ? undefined : this.#body.value;
    const headers = { ...(body ? { 'Content-Type': 'application/json' } : {}), ...this.#options().headers };
    const answer = await send(this.#path.value.trim(), { method: this.#method.value, headers, body, signal: this.#running.signal });
    const first = performance.now();
    setText(this.#head, [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n'));
    let length = 0;
    for await (const text of answer.body ? texts(answer.body) : []) {
      length += text.length;
      if (this.#answer.textContent.length < MOST_CHARS) this.#answer.append(text);
    }
    this.#prettify(length);
    setText(this.#told, `HTTP ${answer.status} · first byte ${millis(first - start)} · total ${millis(performance.now() - start)}`
      + (length > MOST_CHARS ? ' · only its beginning is shown' : ''));
  }

  #prettify(length) {
    if (length > MOST_CHARS) return;
    try {
      this.#answer.textContent = JSON.stringify(JSON.parse(this.#answer.textContent), null, 2);
    } catch {
      // It is not JSON: shown as it came.
    }
  }

  #busy(running) {
    this.#running = running;
    this.#send.disabled = running !== null;
    this.#stop.disabled = running === null;
  }
}
