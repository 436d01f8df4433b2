// The operator's stored pictures: small, with a search; one large, with what is known of it.

import { ask } from './api.js';
import { field, h, keyed, setText } from './dom.js';
import { fullTime, shorten } from './format.js';
import { Search } from './search.js';

const PAGE = 40;
const THUMBNAIL = 256;

export class Gallery {
  #prefix = '/v1';
  #search = new Search({
    placeholder: 'words of a prompt or a name',
    address: () => `${this.#prefix}/images`,
    param: 'search',
    limit: PAGE,
    shown: () => this.#draw(),
    failed: (error) => setText(this.#told, `The pictures cannot be listed: ${error.message}`),
  });
  #told = h('p', { class: 'quiet-text', role: 'status' });
  #list = h('ul', { class: 'gallery' });
  #large = h('div', { class: 'large' });

  element = h('section', { class: 'panel', 'aria-label': 'Your pictures' },
    field('Find', this.#search.words), this.#told, this.#large, this.#list, this.#search.more);

  show(prefix) {
    this.#prefix = prefix;
    return this.#search.find();
  }

  reload() {
    return this.#search.find();
  }

  #draw() {
    setText(this.#told, this.#search.found.length > 0 ? '' : 'No picture of yours is stored here.');
    keyed(this.#list, this.#search.found, ({ id }) => id, (image) => this.#entry(image));
  }

  #entry(image) {
    const picture = h('img', { alt: nameOf(image), width: THUMBNAIL / 2 });
    this.#load(image, picture, `?width=${THUMBNAIL}`);
    return h('li', {}, h('button', { type: 'button', title: nameOf(image), onclick: () => this.#look(image) }, picture));
  }

  /** With the token, which an address in the page could not carry. The browser keeps the bytes until it has drawn them. */
  async #load({ id }, picture, query = '') {
    try {
      const url = URL.createObjectURL(await (await ask(`${this.#prefix}/images/${id}/content${query}`)).blob());
      picture.addEventListener('load', () => URL.revokeObjectURL(url), { once: true });
      picture.src = url;
    } catch (error) {
      picture.alt = error.message;
    }
  }

  #look(image) {
    const picture = h('img', { alt: nameOf(image) });
    this.#load(image, picture);
    const facts = [image.kind, `${image.width} × ${image.height}`, image.media_type, `${Math.ceil(image.bytes / 1000)} kB`,
      image.model, fullTime(image.created_at * 1000), image.expires_at && `kept until ${fullTime(image.expires_at * 1000)}`];
    this.#large.replaceChildren(picture,
      h('p', {}, image.prompt ?? image.name ?? ''),
      h('p', { class: 'quiet-text' }, facts.filter(Boolean).join(' · ')),
      h('div', { class: 'buttons' },
        h('button', { type: 'button', onclick: () => this.#large.replaceChildren() }, 'Close'),
        h('button', { type: 'button', class: 'danger', onclick: () => this.#delete(image) }, 'Delete')));
    picture.scrollIntoView({ block: 'nearest' });
  }

  async #delete({ id }) {
    try {
      await ask(`${this.#prefix}/images/${id}`, { method: 'DELETE' });
      this.#search.found = this.#search.found.filter((image) => image.id !== id);
      this.#large.replaceChildren();
      this.#draw();
    } catch (error) {
      setText(this.#told, error.message);
    }
  }
}

const nameOf = ({ prompt, name, id }) => shorten(prompt ?? name ?? id, 80);
