// One conversation: its log, its summaries, the literal values, and the prompt that the next chat would send.

import { json } from './api.js';
import { h, offer, setAttribute, setText } from './dom.js';
import { count, fullTime } from './format.js';
import { branchOf, logEntry, numberOf, promptEntry, summaryEntry, valueRow } from './conversation-entries.js';

const PARTS = { log: 'Log', summaries: 'Summaries', values: 'Values', prompt: 'Prompt' };
const VALUE_COLUMNS = ['Value', 'What it is of', 'Kind', 'From', 'Superseded by'];
const PAGE = 100;

export class ConversationView {
  #prefix = '';
  #id = '';
  #conversation = null;
  #messages = [];
  #loading = new AbortController();
  #target = '';
  #heading = h('h2');
  #facts = h('p', { class: 'quiet-text' });
  #told = h('p', { class: 'bad', role: 'status' });
  #links = Object.values(PARTS).map((name) => h('a', {}, name));
  #model = h('select', { onchange: () => this.#load((signal) => this.#loadPrompt(signal)) });
  #figures = h('p', { class: 'figures-line', role: 'status' });
  #earlier = h('button', { type: 'button', hidden: true, onclick: () => this.#load((signal) => this.#loadEarlier(signal)) }, 'Earlier messages');
  #log = h('div', { class: 'entries' });
  #summaries = h('div', { class: 'entries' });
  #values = h('tbody');
  #prompt = h('div', { class: 'entries' });
  #places = {
    log: h('section', { 'aria-label': 'Log' }, this.#earlier, this.#log),
    summaries: h('section', { 'aria-label': 'Summaries' }, this.#summaries),
    values: h('section', { 'aria-label': 'Values' },
      h('p', { class: 'quiet-text' }, 'Of the messages that summaries cover. They are in the prompt beside the summaries, as far as SUMMARY_LEDGER_TOKENS allows.'),
      h('div', { class: 'scroll' }, h('table', {},
        h('thead', {}, h('tr', {}, ...VALUE_COLUMNS.map((name) => h('th', { scope: 'col' }, name)))), this.#values))),
    prompt: h('section', { 'aria-label': 'Prompt' },
      h('div', { class: 'tools' }, h('label', { class: 'inline' }, 'Model ', this.#model), this.#figures), this.#prompt),
  };

  element = h('section', { class: 'panel', 'aria-label': 'Conversation', hidden: true },
    this.#heading, this.#facts, this.#told,
    h('nav', { class: 'tabs', 'aria-label': 'Parts of the conversation' }, ...this.#links),
    ...Object.values(this.#places));

  /**
   * Shows a part; `load` gets what it says.
   * @param id of the conversation; empty for none
   * @param message number of a message of the log to point at; empty for none
   */
  show(id, part, message) {
    const shown = part in PARTS ? part : 'log';
    Object.keys(PARTS).forEach((key, index) => {
      this.#places[key].hidden = key !== shown;
      setAttribute(this.#links[index], 'href', `#/conversations/${id}/${key}`);
      setAttribute(this.#links[index], 'aria-current', key === shown ? 'page' : null);
    });
    this.#target = message;
    const isOther = id !== this.#id;
    this.#id = id;
    this.#loading.abort();
    this.#loading = new AbortController();
    if (isOther) this.#forget();
    this.element.hidden = id === '';
  }

  /** @param offered prefix of the API, models */
  load({ prefix, models }) {
    this.#prefix = prefix;
    if (this.#id !== '') this.#load((signal) => this.#loadAll(models, signal));
  }

  #forget() {
    this.#conversation = null;
    this.#messages = [];
    this.#earlier.hidden = true;
    [this.#log, this.#summaries, this.#values, this.#prompt, this.#model].forEach((place) => place.replaceChildren());
    [this.#heading, this.#facts, this.#told, this.#figures].forEach((place) => setText(place, ''));
  }

  /** What is loaded for a conversation that is no longer the one to show is dropped. */
  async #load(work) {
    const { signal } = this.#loading;
    try {
      await work(signal);
      setText(this.#told, '');
    } catch (error) {
      if (!signal.aborted) setText(this.#told, error.message);
    }
  }

  #json(path, signal) {
    return json(`${this.#prefix}/conversations/${encodeURIComponent(this.#id)}${path}`, { signal });
  }

  async #loadAll(models, signal) {
    this.#conversation = await this.#json('', signal);
    const { title, id, message_count: messages, created_at: begun, updated_at: changed } = this.#conversation;
    setText(this.#heading, title || 'Without a title');
    setText(this.#facts, `${id} · ${count(messages)} messages · begun ${fullTime(begun * 1000)} · changed ${fullTime(changed * 1000)}`);
    this.#messages = [];
    do await this.#loadMessages(signal); while (this.#isBefore(this.#target));
    const used = this.#messages.findLast((message) => message.model)?.model;
    offer(this.#model, [...new Set([used, ...models].filter(Boolean))]);
    await this.#loadSummaries(signal);
    await this.#loadPrompt(signal);
  }

  /** Whether a message is earlier than those that are loaded. */
  #isBefore(number) {
    return !this.#earlier.hidden && number !== '' && Number(number) < Number(numberOf(this.#messages[0].id));
  }

  /** The newest ones first; then those before them. */
  async #loadMessages(signal) {
    const after = this.#messages.length > 0 ? `&after=${this.#messages[0].id}` : '';
    const { data, has_more: hasMore } = await this.#json(`/messages?order=desc&limit=${PAGE}${after}`, signal);
    this.#messages = [...data.reverse(), ...this.#messages];
    this.#earlier.hidden = !hasMore;
    const branch = branchOf(this.#messages, this.#conversation.last_message_id);
    this.#log.replaceChildren(...this.#messages.map((message, index) =>
      logEntry(message, this.#messages[index - 1], branch.has(message.id))));
    this.#point();
  }

  async #loadEarlier(signal) {
    this.#earlier.disabled = true;
    try {
      await this.#loadMessages(signal);
    } finally {
      this.#earlier.disabled = false;
    }
  }

  #point() {
    const entry = this.#target && this.#log.querySelector(`[data-number="${CSS.escape(this.#target)}"]`);
    if (!entry) return;
    entry.classList.add('target');
    entry.scrollIntoView({ block: 'center' });
  }

  async #loadSummaries(signal) {
    const all = [];
    for (let after = '', more = true; more;) {
      const page = await this.#json(`/summaries?limit=${PAGE}${after}`, signal);
      all.push(...page.data);
      after = `&after=${page.last_id}`;
      more = page.has_more;
    }
    this.#summaries.replaceChildren(...all.map((summary) => summaryEntry(this.#id, summary)));
    if (all.length === 0) this.#summaries.append(h('p', { class: 'plain' }, 'There is no summary yet.'));
  }

  async #loadPrompt(signal) {
    if (this.#model.value === '') {
      setText(this.#figures, 'No backend lists a model.');
      return;
    }
    const prompt = await this.#json(`/prompt?model=${encodeURIComponent(this.#model.value)}`, signal);
    if (prompt.model !== this.#model.value) return;
    const { messages, prompt_tokens: tokens, summarized_messages: summarized, parent_message_id: parent, values } = prompt;
    setText(this.#figures, `After ${parent ? `message ${numberOf(parent)}` : 'nothing'}: ${count(messages.length)} messages, `
      + `${count(tokens)} tokens · ${count(summarized)} messages are in summaries`);
    this.#prompt.replaceChildren(...messages.map(promptEntry));
    this.#values.replaceChildren(...values.map((value) => valueRow(this.#id, value)));
    if (values.length === 0) {
      this.#values.append(h('tr', {}, h('td', { colspan: VALUE_COLUMNS.length, class: 'quiet-text' }, 'There are none yet.')));
    }
  }
}
