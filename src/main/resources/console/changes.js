// The last changes of the routes, newest first.

import { faultList, outcomeText } from './actions.js';
import { h, keyed, setText } from './dom.js';
import { ago, count, fullTime } from './format.js';

const KINDS = { COMMITTED: 'good', ROLLED_BACK: 'warn', WAITING: 'warn', REFUSED: 'bad', RESTORED: 'bad' };

export class ChangesView {
  #list = h('ol', { class: 'changes' });
  element = h('section', { class: 'panel', 'aria-label': 'Last changes' }, h('h2', {}, 'Last changes'), this.#list);

  update({ changes }) {
    keyed(this.#list, changes, ({ at, generation, outcome }) => `${at} ${generation} ${outcome}`, makeChange,
      (item, change) => setText(item.querySelector('time'), `${fullTime(change.at)} (${ago(change.at)})`));
  }

  show() {}
}

function makeChange({ at, who, outcome, generation, files, diff, faults, tookMillis }) {
  return h('li', { class: 'change' },
    h('p', {},
      h('span', { class: `badge ${KINDS[outcome] ?? ''}` }, outcome.toLowerCase().replace('_', ' ')), ' ',
      h('strong', {}, `generation ${generation}`), ' by ', h('strong', {}, who), ', ', h('time', { datetime: at }),
      `, ${count(tookMillis)} ms`),
    h('p', { class: 'quiet-text' }, `${outcomeText(outcome)}. ${files.join(', ')}`),
    faults.length > 0 && faultList(faults),
    diff !== '' && h('details', {}, h('summary', {}, 'What changed'), drawDiff(diff)));
}

function drawDiff(diff) {
  return h('pre', { class: 'diff', tabindex: '0' }, ...diff.split('\n').map((line) => h('span', { class: kindOf(line) }, `${line}\n`)));
}

function kindOf(line) {
  if (line.startsWith('+++') || line.startsWith('---')) return 'head';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}
