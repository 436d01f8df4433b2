// The operator's own conversations: a list with a search, and the one that is open.

import { json, offered } from './api.js';
import { ConversationView } from './conversation.js';
import { h, keyed, setAttribute, setText } from './dom.js';
import { ago, count, fullTime } from './format.js';

const PAUSE_MILLIS = 250;
const PAGE = 50;

export class ConversationsView {
  #prefix = '';
  #found = [];
  #openId = '';
  #shows = 0;
  #search = null;
  #timer = 0;
  #words = h('input', { type: 'search', maxlength: 200, placeholder: 'words of a title or a message', oninput: () => this.#typed() });
  #told = h('p', { class: 'quiet-text', role: 'status' });
  #list = h('ul', { class: 'conversation-list' });
  #more = h('button', { type: 'button', hidden: true, onclick: () => this.#find(this.#found.at(-1).id) }, 'More');
  #open = new ConversationView();

  element = h('div', { class: 'conversations' },
    h('section', { class: 'panel', 'aria-label': 'Your conversations' },
      h('label', { class: 'field' }, h('span', {}, 'Find'), this.#words),
      this.#told, this.#list, this.#more),
    this.#open.element);

  /** @param place the conversation, the part of it and the message, from the page's address */
  async show([id = '', part = 'log', message = '']) {
    this.#openId = id;
    this.#mark();
    this.#open.show(id, part, message);
    this.#shows += 1;
    const show = this.#shows;
    try {
      const found = await offered();
      this.#prefix = found.prefix;
      if (show !== this.#shows) return;
      this.#open.load(found);
      if (id === '' || this.#found.length === 0) this.#find();
    } catch (error) {
      setText(this.#told, `The conversations cannot be listed: ${error.message}`);
    }
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(), PAUSE_MILLIS);
  }

  /** @param after the last one that is shown; without it the list starts again */
  async #find(after) {
    this.#search?.abort();
    const search = new AbortController();
    this.#search = search;
    const words = this.#words.value.trim();
    const query = new URLSearchParams({ limit: PAGE, ...(words && { q: words }), ...(after && { after }) });
    try {
      const { data, has_more: hasMore } = await json(`${this.#prefix}/conversations?${query}`, { signal: search.signal });
      this.#found = after ? [...this.#found, ...data] : data;
      this.#more.hidden = !hasMore;
      setText(this.#told, toldOf(this.#found.length, words));
      keyed(this.#list, this.#found, ({ id }) => id, makeEntry, updateEntry);
      this.#mark();
    } catch (error) {
      if (!search.signal.aborted) setText(this.#told, `The conversations cannot be listed: ${error.message}`);
    }
  }

  #mark() {
    [...this.#list.children].forEach(({ dataset, firstChild }) =>
      setAttribute(firstChild, 'aria-current', dataset.key === this.#openId ? 'true' : null));
  }
}

function toldOf(found, words) {
  if (found > 0) return '';
  return words ? 'None of your conversations has these words.' : 'You have no conversation yet.';
}

function makeEntry({ id }) {
  return h('li', {}, h('a', { href: `#/conversations/${id}` }, h('strong'), h('small')));
}

function updateEntry(entry, { title, message_count: messages, updated_at: changedAt }) {
  const [name, figures] = entry.firstChild.children;
  const changed = changedAt * 1000;
  setText(name, title || 'Without a title');
  setText(figures, `${count(messages)} messages, ${ago(changed)}`);
  setAttribute(figures, 'title', fullTime(changed));
}
