// Draws a route and keeps its counts up to date. Every step is a link: to its line, or to the route that it calls.

import { h, setAttribute, setText, svg } from './dom.js';
import { count, shortCount, shorten } from './format.js';
import { layout, NODE_HEIGHT, NODE_WIDTH } from './layout.js';

const MARGIN = 6;
const NAME_CHARS = 30;
const WHAT_CHARS = 22;

export class Diagram {
  #nodes = [];
  #drawnFor = '';

  /** The element to put into the page; it scrolls. */
  element = h('div', { class: 'diagram', tabindex: '0', role: 'group' });

  /**
   * @param generation number of what is shown; the drawing is made anew for another one, else only its counts change
   * @param routeIds of the generation, which steps may call
   * @param failing knows which steps fail now
   */
  update(route, generation, routeIds, selectedStep, failing) {
    const wanted = `${generation}/${route.id}`;
    if (wanted !== this.#drawnFor) {
      this.#draw(route, routeIds);
      this.#drawnFor = wanted;
    }
    const steps = flat(startOf(route), route.steps);
    this.#nodes.forEach((node, index) => {
      const step = steps[index];
      showCount(node, step, step.id === selectedStep, failing.has(step.id));
    });
  }

  #draw(route, routeIds) {
    const drawing = layout(startOf(route), route.steps);
    const order = new Map(flat(startOf(route), route.steps).map((step, index) => [step.id, index]));
    const made = drawing.nodes
      .sort((one, other) => order.get(one.step.id) - order.get(other.step.id))
      .map((node) => drawNode(node, route, routeIds));
    this.#nodes = made;
    const width = drawing.width + 2 * MARGIN;
    const height = drawing.height + 2 * MARGIN;
    const picture = svg('svg', {
      width, height, viewBox: `${-MARGIN} ${-MARGIN} ${width} ${height}`, role: 'group', 'aria-label': `Steps of ${route.id}`,
    }, arrowHead(),
    ...drawing.frames.map((frame) => svg('rect', { class: 'frame', rx: 8, ...frame })),
    ...drawing.lines.map(({ path, head }) => svg('path', { class: 'line', d: path, 'marker-end': head && 'url(#arrow)' })),
    ...made.map((node) => node.link));
    setAttribute(this.element, 'aria-label', `Diagram of ${route.id}`);
    this.element.replaceChildren(picture);
    this.element.scrollTo(0, 0);
  }
}

function startOf(route) {
  const { from, exchanges, failures, line, description } = route;
  return { id: `from ${route.id}`, kind: 'from', target: from, description, exchanges, failures, line, steps: [] };
}

function flat(first, steps) {
  return [first, ...steps.flatMap((step) => flat(step, step.steps))];
}

function drawNode({ step, x, y }, route, routeIds) {
  const called = calledRoute(step);
  const known = called !== null && routeIds.has(called);
  const right = x + NODE_WIDTH - 12;
  const counted = svg('text', { class: 'count', x: right, y: y + 39 });
  const failures = svg('text', { class: 'failures', y: y + 39 });
  const what = step.kind === 'from' || step.target ? `${step.kind} ${plainTarget(step.target)}` : step.kind;
  const link = svg('a', {
    href: known ? routeHref(called) : routeHref(route.id, step.kind === 'from' ? undefined : step.id),
    class: `node ${known ? 'call' : ''}`,
  }, svg('title', {}, [`${step.kind}: ${step.id}`, step.description, step.target].filter(Boolean).join('\n')),
  svg('rect', { x, y, width: NODE_WIDTH, height: NODE_HEIGHT, rx: 6 }),
  svg('text', { class: 'name', x: x + 12, y: y + 21 }, shorten(step.kind === 'from' ? route.id : step.id, NAME_CHARS)),
  svg('text', { class: 'what', x: x + 12, y: y + 39 }, shorten(what, WHAT_CHARS)),
  counted, failures);
  return { link, count: counted, failures, right };
}

function showCount(node, step, selected, failing) {
  setText(node.count, shortCount(step.exchanges));
  setText(node.failures, step.failures > 0 ? `✕ ${shortCount(step.failures)}` : '');
  setAttribute(node.failures, 'x', node.right - 12 - node.count.textContent.length * 7);
  node.link.classList.toggle('failed', step.failures > 0);
  node.link.classList.toggle('failing', failing);
  node.link.classList.toggle('selected', selected);
  setAttribute(node.link, 'aria-current', selected ? 'true' : null);
  setAttribute(node.link, 'aria-label', spoken(step, failing));
}

/** The route that a step calls; null where it calls none. */
export function calledRoute(step) {
  const match = /^direct:(?:\/\/)?([^?]+)/.exec(step.kind === 'from' ? '' : step.target);
  return match ? match[1] : null;
}

export function routeHref(routeId, stepId) {
  return `#/routes/${encodeURIComponent(routeId)}${stepId ? `/${encodeURIComponent(stepId)}` : ''}`;
}

/** An address as a reader wants it: no slashes after the scheme, no options. */
export const plainTarget = (target) => target.replace(/^([a-z-]+:)\/\//, '$1').replace(/\?.*$/, '');

function spoken(step, failing) {
  const failures = step.failures > 0 ? `, ${count(step.failures)} failed${failing ? ', failing now' : ''}` : '';
  return `${step.kind} ${step.id}: ${count(step.exchanges)} exchanges${failures}. ${step.description}`;
}

function arrowHead() {
  return svg('defs', {}, svg('marker', {
    id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto',
  }, svg('path', { class: 'head', d: 'M0 0L8 4L0 8z' })));
}
