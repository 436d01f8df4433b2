// Tries what callers use, with the operator's own token: chat, embeddings, any request.

import { offered } from './api.js';
import { ChatView } from './chat.js';
import { h, setAttribute, setText } from './dom.js';
import { EmbeddingsView } from './embeddings.js';
import { RequestView } from './request.js';

const NAMES = { chat: 'Chat', embeddings: 'Embeddings', request: 'Request' };

export class PlaygroundView {
  #candidate = h('input', { type: 'checkbox' });
  #told = h('p', { class: 'bad', role: 'status' });
  #prefix = '/v1';
  #links = Object.entries(NAMES).map(([key, name]) => h('a', { href: `#/playground/${key}` }, name));
  #place = h('div', {});
  #views = {
    chat: new ChatView(() => this.#options()),
    embeddings: new EmbeddingsView(() => this.#options()),
    request: new RequestView(() => this.#options()),
  };

  element = h('div', { class: 'playground' },
    h('div', { class: 'tools' },
      h('nav', { class: 'tabs', 'aria-label': 'Playground' }, ...this.#links),
      h('label', { class: 'inline' }, this.#candidate, ' Run on the candidate')),
    this.#told, this.#place);

  show([name = 'chat']) {
    const key = name in NAMES ? name : 'chat';
    this.#links.forEach((link, index) => setAttribute(link, 'aria-current', Object.keys(NAMES)[index] === key ? 'page' : null));
    this.#place.replaceChildren(this.#views[key].element);
    this.#loadModels();
  }

  /** @param status of the routes: without a candidate nothing can run on it */
  update({ candidate }) {
    this.#candidate.disabled = !candidate;
    if (!candidate) this.#candidate.checked = false;
  }

  #options() {
    return { prefix: this.#prefix, headers: this.#candidate.checked ? { 'X-Route-Generation': 'candidate' } : {} };
  }

  async #loadModels() {
    try {
      const { prefix, models } = await offered();
      this.#prefix = prefix;
      Object.values(this.#views).forEach((view) => view.offer(models));
      setText(this.#told, models.length > 0 ? '' : 'No backend lists a model.');
    } catch (error) {
      setText(this.#told, `The models cannot be listed: ${error.message}`);
    }
  }
}
