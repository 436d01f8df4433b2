// How messages, summaries and values of a conversation are shown. What they say is text, whatever it looks like.

import { h } from './dom.js';
import { count, fullTime } from './format.js';

/** The number of a message, by its id. */
export const numberOf = (id) => id.slice(id.lastIndexOf('_') + 1);

/** Ids of the messages from the newest one that the next chat follows back to the beginning. */
export function branchOf(messages, last) {
  const parents = new Map(messages.map(({ id, parent_message_id: parent }) => [id, parent]));
  const branch = new Set();
  for (let id = last; parents.has(id); id = parents.get(id)) branch.add(id);
  return branch;
}

/**
 * @param before the message before it in the log, which it follows unless it begins a branch
 * @param inBranch whether the next chat follows it
 */
export function logEntry(message, before, inBranch) {
  const { id, role, status, error, model, finish_reason: finish, usage, parent_message_id: parent } = message;
  const facts = [
    model,
    usage && `${count(usage.prompt_tokens)} + ${count(usage.completion_tokens)} tokens`,
    finish && `finish ${finish}`,
    fullTime(message.created_at * 1000),
  ].filter(Boolean).join(' · ');
  const follows = before && parent !== before.id && `follows ${parent ? numberOf(parent) : 'the beginning'}`;
  return entry(`message ${role}${inBranch ? '' : ' other-branch'}`, numberOf(id),
    h('div', { class: 'entry-head' }, h('strong', {}, `${numberOf(id)} ${role}`), h('span', { class: 'quiet-text' }, facts),
      status !== 'completed' && badge('warn', error ? `${status}: ${error}` : status),
      follows && badge('', follows),
      !inBranch && badge('', 'other branch')),
    ...content(message));
}

export function promptEntry(message) {
  return entry(`message ${message.role}`, null,
    h('div', { class: 'entry-head' }, h('strong', {}, message.role)), ...content(message));
}

export function summaryEntry(conversation, summary) {
  const { level, kind, model, usage, active, text, sources, values } = summary;
  const made = kind === 'extractive' ? 'sentences of its sources, no model' : `by ${model}`;
  const facts = [
    `${count(summary.message_count)} messages`, made, `${count(usage.prompt_tokens)} + ${count(usage.completion_tokens)} tokens`,
    sources.length > 0 && `of ${sources.length} summaries`, `${count(values.length)} values`, fullTime(summary.created_at * 1000),
  ].filter(Boolean).join(' · ');
  return entry('summary', null,
    h('div', { class: 'entry-head' }, h('strong', {}, `Level ${level}: `, messageLink(conversation, summary.first_message_id),
      ' to ', messageLink(conversation, summary.last_message_id)), h('span', { class: 'quiet-text' }, facts),
    active ? badge('good', 'active') : badge('', 'not active')),
    h('p', {}, text));
}

export function valueRow(conversation, { value, label, kind, message_id: from, created_at: at, superseded_by: by }) {
  return h('tr', { class: by && 'superseded' },
    h('td', {}, value), h('td', {}, label), h('td', {}, kind),
    h('td', { title: fullTime(at * 1000) }, messageLink(conversation, from)),
    h('td', {}, by && messageLink(conversation, by)));
}

function messageLink(conversation, id) {
  return h('a', { href: `#/conversations/${conversation}/log/${numberOf(id)}` }, `message ${numberOf(id)}`);
}

function entry(kind, number, ...children) {
  return h('article', { class: `entry ${kind}`, 'data-number': number }, ...children);
}

function badge(kind, text) {
  return h('span', { class: `badge ${kind}` }, text);
}

/** Images are named, not shown: the page loads nothing from other servers. */
function content({ content: parts, tool_calls: calls = [], tool_call_id: callId }) {
  return [
    callId && h('p', { class: 'quiet-text' }, `result of ${callId}`),
    ...parts.map((part) => (part.type === 'input_image'
      ? h('p', { class: 'quiet-text' }, part.image_url.startsWith('data:') ? 'An image' : `An image: ${part.image_url}`)
      : h('p', {}, part.text))),
    ...calls.map(({ id, function: { name, arguments: given } }) => h('p', { class: 'code' }, `${id}: ${name}(${given})`)),
  ].filter(Boolean);
}
