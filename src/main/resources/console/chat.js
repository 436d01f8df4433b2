// A chat, streamed, with what it cost in time.

import { postJson } from './api.js';
import { field, h, offer, setText } from './dom.js';
import { count, millis } from './format.js';
import { events } from './stream.js';

export class ChatView {
  #options;
  #messages = [];
  #running = null;
  #model = h('select', { 'aria-label': 'Model' });
  #system = h('input', { type: 'text', placeholder: 'none' });
  #maxTokens = h('input', { type: 'number', min: 1, max: 100000, value: 512 });
  #temperature = h('input', { type: 'number', min: 0, max: 2, step: 0.1, placeholder: 'default' });
  #log = h('div', { class: 'chat-log', role: 'log', tabindex: '0', 'aria-label': 'Conversation' });
  #prompt = h('textarea', { rows: 3, placeholder: 'Enter sends, Shift+Enter is a new line', 'aria-label': 'Message', onkeydown: (event) => this.#key(event) });
  #figures = h('p', { class: 'figures-line', role: 'status' }, 'Nothing sent yet.');
  #send = h('button', { type: 'button', class: 'primary', onclick: () => this.#run() }, 'Send');
  #stop = h('button', { type: 'button', disabled: true, onclick: () => this.#running?.abort() }, 'Stop');
  #clear = h('button', { type: 'button', class: 'quiet', onclick: () => this.#forget() }, 'Clear');

  element = h('section', { class: 'panel chat', 'aria-label': 'Chat' },
    h('div', { class: 'fields' }, field('Model', this.#model), field('System', this.#system),
      field('Most tokens', this.#maxTokens), field('Temperature', this.#temperature)),
    this.#log, this.#prompt,
    h('div', { class: 'buttons' }, this.#figures, this.#clear, this.#stop, this.#send));

  /** @param options prefix of the API and headers, as chosen now */
  constructor(options) {
    this.#options = options;
  }

  offer(models) {
    offer(this.#model, models);
  }

  #key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#run();
    }
  }

  #forget() {
    this.#running?.abort();
    this.#messages = [];
    this.#log.replaceChildren();
    setText(this.#figures, 'Nothing sent yet.');
  }

  async #run() {
    const text = this.#prompt.value.trim();
    if (this.#running || text === '') return;
    this.#prompt.value = '';
    this.#messages.push({ role: 'user', content: text });
    this.#show('user', text);
    const answer = this.#show('assistant', '');
    const stopwatch = new Stopwatch();
    this.#busy(new AbortController());
    try {
      await this.#stream(answer.lastChild, stopwatch, this.#running.signal);
      setText(this.#figures, stopwatch.text());
    } catch (error) {
      const stopped = error.name === 'AbortError';
      setText(this.#figures, stopped ? `Stopped. ${stopwatch.text()}` : error.message);
      answer.classList.add(stopped ? 'stopped' : 'bad');
      if (!stopped) answer.append(h('p', { class: 'bad' }, error.message));
    } finally {
      this.#busy(null);
      const content = answer.children[1].textContent;
      if (content) this.#messages.push({ role: 'assistant', content });
      else this.#messages.pop();
    }
  }

  async #stream(place, stopwatch, signal) {
    const { prefix, headers } = this.#options();
    const answer = await postJson(`${prefix}/chat/completions`, this.#request(), { headers, signal });
    for await (const { choices, usage } of events(answer)) {
      const piece = choices?.[0]?.delta?.content;
      if (piece) {
        stopwatch.piece();
        place.append(piece);
        this.#log.scrollTop = this.#log.scrollHeight;
      }
      stopwatch.finish = choices?.[0]?.finish_reason ?? stopwatch.finish;
      stopwatch.tokens = usage?.completion_tokens ?? stopwatch.tokens;
      setText(this.#figures, stopwatch.text());
    }
  }

  #request() {
    const system = this.#system.value.trim();
    return {
      model: this.#model.value,
      messages: [...(system ? [{ role: 'system', content: system }] : []), ...this.#messages],
      max_tokens: Number(this.#maxTokens.value) || undefined,
      temperature: this.#temperature.value === '' ? undefined : Number(this.#temperature.value),
      stream: true,
      stream_options: { include_usage: true },
    };
  }

  /** Read out when it is whole rather than token by token. */
  #busy(running) {
    this.#running = running;
    this.#send.disabled = running !== null;
    this.#stop.disabled = running === null;
    this.#log.setAttribute('aria-busy', String(running !== null));
  }

  #show(role, text) {
    const message = h('div', { class: `message ${role}` }, h('strong', {}, role), h('p', {}, text));
    this.#log.append(message);
    this.#log.scrollTop = this.#log.scrollHeight;
    return message;
  }
}

/** Times of one answer. */
class Stopwatch {
  #start = performance.now();
  #first = 0;
  #last = 0;
  #pieces = 0;
  tokens = null;
  finish = null;

  piece() {
    this.#last = performance.now();
    this.#first ||= this.#last;
    this.#pieces++;
  }

  /** Tokens a second are those after the first, over the time after the first; pieces where the backend counts no tokens. */
  text() {
    if (this.#pieces === 0) return 'Waiting for the first token…';
    const what = this.tokens === null ? 'pieces' : 'tokens';
    const made = this.tokens ?? this.#pieces;
    const seconds = (this.#last - this.#first) / 1000;
    return [
      `first token ${millis(this.#first - this.#start)}`,
      seconds > 0 && made > 1 && `${((made - 1) / seconds).toFixed(1)} ${what}/s`,
      `${count(made)} ${what}`,
      `total ${millis(this.#last - this.#start)}`,
      this.finish && `finish ${this.finish}`,
    ].filter(Boolean).join(' · ');
  }
}
