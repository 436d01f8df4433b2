// Makes and changes elements. Text gets into the page as text alone: nothing here, or anywhere, parses markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element. `on…` attributes are listeners; null, undefined and false ones are left out; children are nodes or texts. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Changes a text only where it differs, so that a selection and a screen reader are left in peace. */
export function setText(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Sets an attribute only where it differs; null takes it away. */
export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Makes the children of a node those of a list: known ones are kept, in place where they can be, and updated. */
export function keyed(parent, items, keyOf, make, update = () => {}) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let node = known.get(key);
    if (node) known.delete(key);
    else {
      node = make(item);
      node.dataset.key = key;
    }
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
    update(node, item);
  }
  known.forEach((node) => node.remove());
}

/** A field with its label. */
export function field(label, control, ...more) {
  return h('label', { class: 'field' }, h('span', {}, label), control, ...more);
}

/** Puts values into a chooser and keeps what was chosen. */
export function offer(select, values) {
  const chosen = select.value;
  select.replaceChildren(...values.map((value) => h('option', { value }, value)));
  if (values.includes(chosen)) select.value = chosen;
}
