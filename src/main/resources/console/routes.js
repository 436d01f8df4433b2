// The routes: a list with their figures; of the one that is chosen its diagram and its file.

import { Diagram, plainTarget, routeHref } from './diagram.js';
import { h, keyed, setAttribute, setText } from './dom.js';
import { Failing } from './failing.js';
import { FileView } from './file.js';
import { ago, count, fullTime, millis } from './format.js';

const COLUMNS = ['Route', 'State', 'Exchanges', 'Failures', 'Mean', 'p99', 'Last error'];

export class RoutesView {
  #status = null;
  #routeId = '';
  #stepId = '';
  #chosenId = '';
  #failing = new Failing();
  #diagram = new Diagram();
  #file = new FileView();
  #shownFile = '';
  #filter = h('input', { type: 'search', placeholder: 'id, file or address', oninput: () => this.#render() });
  #which = h('select', { onchange: () => this.#render() },
    h('option', { value: 'serving' }, 'serving'), h('option', { value: 'candidate' }, 'candidate'));
  #whichField = h('label', { class: 'inline', hidden: true }, 'Generation ', this.#which);
  #fit = h('input', { type: 'checkbox', onchange: () => this.#diagram.element.classList.toggle('fit', this.#fit.checked) });
  #rows = h('tbody');
  #heading = h('h2', {});
  #description = h('p', { class: 'quiet-text' });

  element = h('div', { class: 'routes' },
    h('section', { class: 'panel', 'aria-label': 'All routes' },
      h('div', { class: 'tools' }, h('label', { class: 'inline' }, 'Find ', this.#filter), this.#whichField),
      h('div', { class: 'scroll list', tabindex: '0', role: 'region', 'aria-label': 'List of routes' },
        h('table', { class: 'routes-table' },
          h('thead', {}, h('tr', {}, ...COLUMNS.map((name) => h('th', { scope: 'col' }, name)))), this.#rows))),
    h('div', { class: 'route-head' }, this.#heading, this.#description),
    h('div', { class: 'beside' },
      h('section', { class: 'panel diagram-panel', 'aria-label': 'Diagram' },
        h('div', { class: 'panel-head' }, h('h3', {}, 'Diagram'), h('label', { class: 'inline' }, this.#fit, ' Fit to width')),
        this.#diagram.element),
      this.#file.element));

  update(status) {
    this.#status = status;
    this.#failing.look(status.serving);
    this.#render();
  }

  /** @param place route and step, from the page's address */
  show([routeId = '', stepId = '']) {
    this.#routeId = routeId;
    this.#stepId = stepId;
    this.#shownFile = '';
    this.#render();
  }

  #render() {
    if (!this.#status) return;
    const { candidate, serving } = this.#status;
    this.#whichField.hidden = !candidate;
    if (!candidate) this.#which.value = 'serving';
    const generation = this.#which.value === 'candidate' ? candidate : serving;
    const chosen = generation.routes.find((route) => route.id === this.#routeId) ?? this.#firstOf(generation.routes);
    this.#list(generation.routes, chosen);
    this.#detail(generation, chosen);
  }

  /** What a reader new to the page would like to see: a flow, rather than the first file by name. */
  #firstOf(routes) {
    return routes.find((route) => route.id === 'chat') ?? routes[0];
  }

  #list(routes, chosen) {
    const wanted = this.#filter.value.trim().toLowerCase();
    const found = routes.filter(({ id, file, from }) => `${id} ${file} ${from}`.toLowerCase().includes(wanted));
    keyed(this.#rows, found, (route) => route.id, makeRow, (row, route) => updateRow(row, route, route === chosen));
    if (chosen && chosen.id !== this.#chosenId) {
      this.#chosenId = chosen.id;
      bringIntoView(this.#rows.querySelector('.chosen'));
    }
  }

  #detail(generation, route) {
    if (!route) return;
    setText(this.#heading, route.id);
    setText(this.#description, `${route.description} From ${plainTarget(route.from)}.`);
    this.#diagram.update(route, generation.number, new Set(generation.routes.map((each) => each.id)), this.#stepId,
      this.#failing);
    const wanted = `${generation.number}/${route.id}/${this.#stepId}`;
    if (wanted === this.#shownFile) return;
    this.#shownFile = wanted;
    const place = { name: route.file, generation: this.#which.value, number: generation.number };
    this.#file.show(place, linesOf(route, generation.routes), lineOf(route.steps, this.#stepId));
  }
}

function makeRow(route) {
  const cells = COLUMNS.map((name, index) => h('td', { 'data-label': name, class: index > 0 && index < 6 ? 'number' : '' }));
  const link = h('a', { href: routeHref(route.id) }, route.id);
  cells[0].append(link, h('small', {}));
  cells[1].append(h('span', { class: 'state' }));
  return h('tr', { onclick: (event) => event.target.closest('a') || link.click() }, ...cells);
}

function updateRow(row, route, chosen) {
  const [name, state, exchanges, failures, mean, p99, error] = row.children;
  row.classList.toggle('chosen', chosen);
  row.classList.toggle('failed', route.failures > 0);
  setAttribute(name.firstChild, 'aria-current', chosen ? 'true' : null);
  setText(name.lastChild, route.file);
  setText(state.firstChild, route.state.toLowerCase());
  setAttribute(state.firstChild, 'data-state', route.state);
  setText(exchanges, count(route.exchanges));
  setText(failures, route.failures > 0 ? `✕ ${count(route.failures)}` : '0');
  setText(mean, millis(route.meanMillis));
  setText(p99, millis(route.p99Millis));
  setText(error, route.lastError ? `${route.lastError} (${ago(route.lastErrorAt)})` : '');
  setAttribute(error, 'title', route.lastError ? `${route.lastError}\n${fullTime(route.lastErrorAt)}` : null);
}

/** Scrolls the list alone: the page stays where the operator has it. */
function bringIntoView(row) {
  const list = row?.closest('.list');
  if (!list) return;
  const { top, bottom } = row.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  if (top < box.top || bottom > box.bottom) list.scrollTop += top - box.top - box.height / 2;
}

/** From a route's first line to the one before the next route of its file. */
function linesOf(route, routes) {
  const later = routes.filter((other) => other.file === route.file && other.line > route.line).map((other) => other.line);
  return [route.line, later.length > 0 ? Math.min(...later) - 1 : Infinity];
}

function lineOf(steps, id) {
  for (const step of steps) {
    const line = step.id === id ? step.line : lineOf(step.steps, id);
    if (line > 0) return line;
  }
  return 0;
}
