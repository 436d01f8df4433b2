// The backends: whether they answer, what they do, which models they have.

import { h, keyed, setAttribute, setText } from './dom.js';
import { bytes, count } from './format.js';
import { Rates } from './rates.js';

const FIGURES = {
  kind: 'Kind', replicas: 'Replicas that answer', breaker: 'Circuit breaker', active: 'Active', waiting: 'Waiting for a token', ended: 'Calls ended', failed: 'Failed',
  prompt: 'Prompt tokens/s', completion: 'Tokens/s',
};

export class BackendsView {
  #rates = new Rates();
  #engine = null;
  #list = h('div', { class: 'cards' });
  #none = h('p', { class: 'plain', hidden: true }, 'No backend is configured.');

  element = h('section', { 'aria-label': 'Backends' },
    h('p', { class: 'quiet-text' }, 'In the order of preference. Tokens a second: of calls that ended, over the last minute that this page looked.'),
    this.#none, this.#list);

  update({ backends, engine }) {
    this.#engine = engine;
    this.#none.hidden = backends.length > 0;
    keyed(this.#list, backends, (backend) => backend.name, makeCard, (card, backend) => this.#updateCard(card, backend));
  }

  show() {}

  #updateCard(card, { name, kind, urls, replicas, replicasUp, health, breaker, recentFailures, recentCalls, calls, models }) {
    const state = card.querySelector('.state');
    setText(state, health);
    setAttribute(state, 'data-state', health);
    const figures = {
      kind, replicas: urls.length > 0 ? `${replicasUp} of ${replicas}` : '–',
      breaker: breakerText(breaker, recentFailures, recentCalls),
      active: count(calls.active), waiting: count(calls.waiting), ended: count(calls.ended), failed: count(calls.failed),
      prompt: rate(this.#rates.of(`${name} prompt`, calls.promptTokens)),
      completion: rate(this.#rates.of(`${name} completion`, calls.completionTokens)),
    };
    Object.entries(figures).forEach(([key, text]) => setText(card.querySelector(`[data-figure=${key}]`), text));
    setAttribute(card.querySelector('[data-figure=replicas]'), 'title', urls.join('\n'));
    card.querySelector('[data-figure=replicas]').classList.toggle('bad', replicasUp < replicas);
    card.querySelector('[data-figure=breaker]').classList.toggle('bad', breaker !== null && breaker !== 'closed');
    card.querySelector('[data-figure=failed]').classList.toggle('bad', calls.failed > 0);
    const device = card.querySelector('.device');
    device.hidden = name !== 'local' || !this.#engine;
    if (!device.hidden) setText(device, deviceText(this.#engine));
    keyed(card.querySelector('tbody'), models, (model) => model.id, () => h('tr'), updateModel);
    card.querySelector('.scroll').hidden = models.length === 0;
    card.querySelector('.no-models').hidden = models.length > 0;
  }
}

function deviceText({ device, memoryUsedBytes, memoryTotalBytes, tokensPerSecond }) {
  const memory = memoryTotalBytes ? `, ${bytes(memoryUsedBytes)} of ${bytes(memoryTotalBytes)} used` : '';
  return `Runs on ${device}${memory}, ${rate(tokensPerSecond)} tokens/s while it works`;
}

function breakerText(breaker, failures, calls) {
  if (!breaker) return 'none';
  return calls > 0 ? `${breaker}, ${failures} of ${calls} failed` : breaker;
}

function rate(perSecond) {
  if (perSecond === null) return '…';
  return perSecond === 0 ? '0' : perSecond.toFixed(1);
}

function makeCard({ name }) {
  const heads = ['Model', 'State', 'Context', 'Parameters', 'Quantization', 'Size'];
  return h('section', { class: 'panel card', 'aria-label': name },
    h('h2', {}, name, ' ', h('span', { class: 'state' })),
    h('dl', { class: 'figures' }, ...Object.entries(FIGURES).map(([key, label]) =>
      h('div', {}, h('dt', {}, label), h('dd', { 'data-figure': key })))),
    h('p', { class: 'quiet-text device', hidden: true }),
    h('p', { class: 'quiet-text no-models', hidden: true }, 'It lists no models.'),
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Models of ${name}` },
      h('table', {}, h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody'))));
}

function updateModel(row, { id, state: status, loaded, contextLength, parameterSize, quantization, sizeBytes }) {
  const state = loaded ? 'loaded' : status;
  const texts = [id, state, contextLength ? count(contextLength) : '–', parameterSize ?? '–', quantization ?? '–', bytes(sizeBytes)];
  if (row.children.length === 0) row.append(...texts.map(() => h('td')));
  texts.forEach((text, index) => setText(row.children[index], text));
}
