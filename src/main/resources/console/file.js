// The text of a route file, with the lines of the route that is looked at.

import { ask } from './api.js';
import { h, setText } from './dom.js';

const YAML_KEY = /^(\s*(?:- )*)([\w.-]+:)(?= |$)(.*)$/;

export class FileView {
  #title = h('h3', {}, 'File');
  #lines = h('div', { class: 'file', tabindex: '0', role: 'region' });
  #shown = '';
  #asking = null;

  /** The element to put into the page. */
  element = h('section', { class: 'panel file-panel', 'aria-label': 'File' }, this.#title, this.#lines);

  /**
   * Shows a file of a generation and goes to a line of it.
   * @param place the file's name, the generation (`serving` or `candidate`) and its number
   * @param range first and last line of the route
   * @param line to go to; the first of the route where it is 0
   */
  async show({ name, generation, number }, range, line) {
    const wanted = `${number}/${name}`;
    if (wanted !== this.#shown) {
      this.#asking?.abort();
      this.#asking = new AbortController();
      this.#shown = wanted;
      setText(this.#title, name || 'No file');
      this.#lines.setAttribute('aria-label', `Text of ${name}`);
      this.#lines.replaceChildren();
      if (!name) return;
      try {
        const path = `admin/routes/files/${encodeURIComponent(name)}?generation=${generation}`;
        const text = await (await ask(path, { signal: this.#asking.signal })).text();
        if (wanted !== this.#shown) return;
        this.#lines.replaceChildren(...text.replace(/\n$/, '').split('\n').map(drawLine));
      } catch (error) {
        if (wanted !== this.#shown || error.name === 'AbortError') return;
        this.#shown = '';
        this.#lines.replaceChildren(h('p', { class: 'plain' }, `The file cannot be shown: ${error.message}`));
        return;
      }
    }
    this.#mark(range, line);
  }

  #mark([first, last], line) {
    const target = line || first;
    [...this.#lines.children].forEach((child, index) => {
      const number = index + 1;
      child.classList.toggle('of-route', number >= first && number <= last);
      child.classList.toggle('target', number === target);
    });
    const row = this.#lines.children[target - 1];
    if (row) this.#lines.scrollTop = row.offsetTop - this.#lines.offsetTop - this.#lines.clientHeight / 4;
  }
}

function drawLine(text) {
  const match = YAML_KEY.exec(text);
  if (text.trimStart().startsWith('#')) return h('div', { class: 'line' }, h('i', {}, text));
  return match
    ? h('div', { class: 'line' }, match[1], h('b', {}, match[2]), match[3] || '')
    : h('div', { class: 'line' }, text);
}
