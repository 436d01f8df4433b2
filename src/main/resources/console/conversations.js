// The operator's own conversations: a list with a search, and the one that is open.

import { offered } from './api.js';
import { ConversationView } from './conversation.js';
import { field, h, keyed, setAttribute, setText } from './dom.js';
import { ago, count, fullTime } from './format.js';
import { Search } from './search.js';

const PAGE = 50;

export class ConversationsView {
  #prefix = '';
  #openId = '';
  #shows = 0;
  #search = new Search({
    placeholder: 'words of a title or a message',
    address: () => `${this.#prefix}/conversations`,
    param: 'q',
    limit: PAGE,
    shown: (words) => this.#draw(words),
    failed: (error) => this.#cannotList(error),
  });
  #told = h('p', { class: 'quiet-text', role: 'status' });
  #list = h('ul', { class: 'conversation-list' });
  #open = new ConversationView();

  element = h('div', { class: 'conversations' },
    h('section', { class: 'panel', 'aria-label': 'Your conversations' },
      field('Find', this.#search.words), this.#told, this.#list, this.#search.more),
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
      if (id === '' || this.#search.found.length === 0) this.#search.find();
    } catch (error) {
      this.#cannotList(error);
    }
  }

  #draw(words) {
    const { found } = this.#search;
    setText(this.#told, toldOf(found.length, words));
    keyed(this.#list, found, ({ id }) => id, makeEntry, updateEntry);
    this.#mark();
  }

  #cannotList(error) {
    setText(this.#told, `The conversations cannot be listed: ${error.message}`);
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
