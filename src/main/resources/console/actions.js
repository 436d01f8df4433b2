// Changes of the routes: each asks first, then tells what came of it.

import { ask, Refusal } from './api.js';
import { h } from './dom.js';
import { count, fault } from './format.js';

const ACTIONS = {
  reload: {
    verb: 'Reload', title: 'Reload the routes',
    question: 'The folder is read and, if it is sound, serves. Calls under way finish where they began.',
  },
  commit: {
    verb: 'Commit', title: 'Commit the candidate', question: 'From then on every call runs on the candidate.',
  },
  discard: {
    verb: 'Discard', title: 'Discard the candidate', question: 'What serves goes on. The files stay as they are.',
  },
  rollback: {
    verb: 'Roll back', title: 'Roll back', danger: true,
    question: 'The set of files that served before serves again. The folder stays as it is, so mend it as well.',
  },
};

const OUTCOMES = {
  COMMITTED: 'It serves', WAITING: 'It is sound and waits for a decision', REFUSED: 'Refused: what served goes on',
  DISCARDED: 'Discarded', ROLLED_BACK: 'What served before serves again', UNCHANGED: 'The files are what serves already',
  RESTORED: 'The last good set serves',
};

/** What an outcome means to an operator. */
export const outcomeText = (outcome) => OUTCOMES[outcome] ?? outcome;

/** A button that asks and acts. */
export function actionButton(name, done) {
  const { verb, danger } = ACTIONS[name];
  return h('button', { type: 'button', class: danger ? 'danger' : '', onclick: () => confirm(name, done) }, verb);
}

function confirm(name, done) {
  const { verb, title, question, danger } = ACTIONS[name];
  const dialog = document.getElementById('dialog');
  const result = h('div', { class: 'result', 'aria-live': 'polite' });
  const close = h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Cancel');
  const go = h('button', { type: 'button', class: danger ? 'danger' : 'primary', autofocus: true, onclick: act }, verb);
  dialog.replaceChildren(h('h2', { id: 'dialog-title' }, title), h('p', {}, question), result,
    h('div', { class: 'buttons' }, close, go));
  dialog.showModal();

  async function act() {
    go.disabled = true;
    result.replaceChildren(h('p', {}, 'Working…'));
    result.replaceChildren(...(await outcomeOf(name)));
    go.remove();
    close.textContent = 'Close';
    close.focus();
    done();
  }
}

async function outcomeOf(name) {
  try {
    return told(await (await ask(`admin/routes/${name}`, { method: 'POST' })).json());
  } catch (error) {
    return error instanceof Refusal && error.body?.outcome ? told(error.body) : [h('p', { class: 'bad' }, error.message)];
  }
}

function told({ outcome, generation, files, faults, tookMillis }) {
  const bad = outcome === 'REFUSED';
  const changed = files.length > 0 ? ` · ${files.join(', ')}` : '';
  return [
    h('p', { class: bad ? 'bad' : 'good' }, `${outcomeText(outcome)}.`),
    h('p', { class: 'quiet-text' }, `Generation ${generation} · ${count(tookMillis)} ms${changed}`),
    bad && faultList(faults),
  ].filter(Boolean);
}

/** Faults as a list. */
export function faultList(faults) {
  return h('ul', { class: 'faults' }, ...faults.map((each) => h('li', {}, fault(each))));
}
