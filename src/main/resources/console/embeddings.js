// Embeds texts and tells how alike they are.

import { postJson } from './api.js';
import { field, h, offer, setText } from './dom.js';
import { millis } from './format.js';

const SHOWN_VALUES = 8;

export class EmbeddingsView {
  #options;
  #model = h('select', {});
  #input = h('textarea', { rows: 5, 'aria-label': 'Texts, one a line', placeholder: 'One text a line' });
  #told = h('p', { class: 'figures-line', role: 'status' }, 'Nothing sent yet.');
  #result = h('tbody');
  #send = h('button', { type: 'button', class: 'primary', onclick: () => this.#run() }, 'Embed');

  element = h('section', { class: 'panel', 'aria-label': 'Embeddings' },
    h('div', { class: 'fields' }, field('Model', this.#model)), this.#input,
    h('div', { class: 'buttons' }, this.#told, this.#send),
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Vectors' },
      h('table', {}, h('thead', {}, h('tr', {},
        ...['Text', 'Like the first', 'Values', 'Begins with'].map((name) => h('th', { scope: 'col' }, name)))), this.#result)));

  constructor(options) {
    this.#options = options;
  }

  offer(models) {
    offer(this.#model, models);
  }

  async #run() {
    const input = this.#input.value.split('\n').map((line) => line.trim()).filter(Boolean);
    if (input.length === 0) return;
    this.#send.disabled = true;
    setText(this.#told, 'Working…');
    const start = performance.now();
    try {
      const { prefix, headers } = this.#options();
      const { data, usage } = await (await postJson(`${prefix}/embeddings`, { model: this.#model.value, input }, { headers })).json();
      const vectors = data.map((each) => each.embedding);
      this.#result.replaceChildren(...vectors.map((vector, index) => drawRow(input[index], vector, vectors[0])));
      setText(this.#told, `${millis(performance.now() - start)} · ${usage?.prompt_tokens ?? '?'} tokens`);
    } catch (error) {
      setText(this.#told, error.message);
    } finally {
      this.#send.disabled = false;
    }
  }
}

function drawRow(text, vector, first) {
  const begin = vector.slice(0, SHOWN_VALUES).map((value) => value.toFixed(3)).join(' ');
  return h('tr', {}, ...[text, cosine(vector, first).toFixed(3), vector.length, `${begin} …`].map((cell) => h('td', {}, String(cell))));
}

function cosine(one, other) {
  const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}
