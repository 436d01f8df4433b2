// A list that is searched while the operator types, and that grows page by page. A newer search ends the one before.

import { json } from './api.js';
import { h } from './dom.js';

const PAUSE_MILLIS = 250;

export class Search {
  #list;
  #running = null;
  #timer = 0;

  /** What is shown, the newest first. */
  found = [];

  /**
   * @param placeholder of the words to find
   * @param address of the list, which takes the query
   * @param param of the words in the query
   * @param limit entries of a page
   * @param shown called with the words once entries have come
   * @param failed called with the error if there are none
   */
  constructor({ placeholder, address, param, limit, shown, failed }) {
    this.#list = { address, param, limit, shown, failed };
    this.words = h('input', { type: 'search', maxlength: 200, placeholder, oninput: () => this.#typed() });
    this.more = h('button', { type: 'button', hidden: true, onclick: () => this.find(this.found.at(-1).id) }, 'More');
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.find(), PAUSE_MILLIS);
  }

  /** @param after the last one that is shown; without it the list starts again */
  async find(after) {
    const { address, param, limit, shown, failed } = this.#list;
    this.#running?.abort();
    const search = new AbortController();
    this.#running = search;
    const words = this.words.value.trim();
    const query = new URLSearchParams({ limit, ...(words && { [param]: words }), ...(after && { after }) });
    try {
      const { data, has_more: hasMore } = await json(`${address()}?${query}`, { signal: search.signal });
      this.found = after ? [...this.found, ...data] : data;
      this.more.hidden = !hasMore;
      shown(words);
    } catch (error) {
      if (!search.signal.aborted) failed(error);
    }
  }
}
