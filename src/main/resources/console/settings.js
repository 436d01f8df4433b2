// The effective settings and where each comes from. Secrets come masked.

import { json } from './api.js';
import { h, keyed, setText } from './dom.js';

export class SettingsView {
  #all = [];
  #filter = h('input', { type: 'search', placeholder: 'variable or value', oninput: () => this.#render() });
  #changedOnly = h('input', { type: 'checkbox', onchange: () => this.#render() });
  #told = h('p', { class: 'bad', role: 'status' });
  #rows = h('tbody');

  element = h('section', { class: 'panel', 'aria-label': 'Settings' },
    h('h2', {}, 'Settings'),
    h('div', { class: 'tools' }, h('label', { class: 'inline' }, 'Find ', this.#filter),
      h('label', { class: 'inline' }, this.#changedOnly, ' Only what is not the default')),
    this.#told,
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'List of settings' },
      h('table', { class: 'settings-table' },
        h('thead', {}, h('tr', {}, ...['Variable', 'Value', 'From'].map((name) => h('th', { scope: 'col' }, name)))), this.#rows)));

  /** Settings do not change while the service runs: they are asked for when somebody looks. */
  async show() {
    try {
      this.#all = Object.entries(await json('admin/config')).map(([name, setting]) => ({ name, ...setting }));
      setText(this.#told, '');
    } catch (error) {
      setText(this.#told, `The settings cannot be shown: ${error.message}`);
    }
    this.#render();
  }

  update() {}

  #render() {
    const wanted = this.#filter.value.trim().toLowerCase();
    const found = this.#all.filter(({ name, value, layer }) =>
      `${name} ${value ?? ''}`.toLowerCase().includes(wanted) && !(this.#changedOnly.checked && layer === 'default'));
    keyed(this.#rows, found, ({ name }) => name, () => h('tr', {}, h('td'), h('td'), h('td')), (row, { name, value, layer }) => {
      setText(row.children[0], name);
      setText(row.children[1], value || '–');
      setText(row.children[2], layer);
    });
  }
}
