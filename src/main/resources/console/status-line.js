// What serves, since when, and whatever an operator must not overlook.

import { actionButton, faultList } from './actions.js';
import { h, setAttribute, setText } from './dom.js';
import { ago, count, fullTime, time } from './format.js';

export class StatusLine {
  #facts = Object.fromEntries(['generation', 'since', 'hash', 'routes', 'calls', 'seen'].map((name) => [name, h('span')]));
  #banners = h('div', { class: 'banners', role: 'status' });
  #told = '';
  #act;
  #routes = null;
  #lost = '';

  element;

  /** @param act called after a change, so that its outcome is seen at once */
  constructor(act) {
    this.#act = act;
    this.element = h('section', { class: 'status', 'aria-label': 'Status' },
      h('div', { class: 'facts' }, ...Object.values(this.#facts),
        h('span', { class: 'buttons' }, actionButton('reload', act), actionButton('rollback', act))),
      this.#banners);
  }

  /** @param status of the routes, as the service tells it */
  update(status) {
    this.#routes = status;
    this.#lost = '';
    const { serving } = status;
    setText(this.#facts.generation, `Generation ${serving.number}`);
    setText(this.#facts.since, `since ${time(serving.since)} (${ago(serving.since)})`);
    setAttribute(this.#facts.since, 'title', fullTime(serving.since));
    setText(this.#facts.hash, `hash ${serving.hash.slice(0, 8)}`);
    setAttribute(this.#facts.hash, 'title', serving.hash);
    setText(this.#facts.routes, `${count(serving.routes.length)} routes`);
    setText(this.#facts.seen, `as of ${time(Date.now())}`);
    this.#renderBanners();
  }

  /** @param status of the backends */
  updateCalls({ active, queued }) {
    setText(this.#facts.calls, `${count(active)} active, ${count(queued)} waiting`);
  }

  /** The service did not answer: what is shown is old. */
  lost(error) {
    this.#lost = `No answer from the service: ${error.message}. What is shown is old.`;
    this.#renderBanners();
  }

  /** Made anew only where something changed: buttons keep their focus, and nothing is read out twice. */
  #renderBanners() {
    const banners = bannersOf(this.#routes, this.#lost);
    const told = JSON.stringify(banners);
    if (told === this.#told) return;
    this.#told = told;
    this.#banners.replaceChildren(...banners.map(({ kind, text, faults, actions }) => h('div', { class: `banner ${kind}` },
      h('strong', {}, text),
      faults && faultList(faults),
      actions && h('span', { class: 'buttons' }, ...actions.map((name) => actionButton(name, this.#act))))));
  }
}

function bannersOf(status, lost) {
  const banners = lost ? [{ kind: 'bad', text: lost }] : [];
  if (!status) return banners;
  const { candidate, degraded, draining, faults, waiting, serving } = status;
  if (degraded) {
    const one = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    banners.push({ kind: 'bad', text: `Degraded: the folder has ${one}; generation ${serving.number} goes on.`, faults });
  }
  if (candidate) {
    const text = `Generation ${candidate.number} is a candidate: it is sound and waits for a decision.`;
    banners.push({ kind: 'warn', text, actions: ['commit', 'discard'] });
  }
  if (waiting) {
    banners.push({ kind: 'warn', text: 'A change waits: too many generations finish what they began.' });
  }
  if (draining.length > 0) {
    const each = draining.map(({ number, calls }) => `${number} (${count(calls)} calls)`).join(', ');
    banners.push({ kind: 'info', text: `Finishing what they began: generation ${each}.` });
  }
  return banners;
}
