// Where the steps of a route are drawn: a sequence goes down, branches stand side by side and join again.

export const NODE_WIDTH = 232;
export const NODE_HEIGHT = 52;
const SPINE = 28;
const GAP_Y = 24;
const GAP_X = 24;
const INDENT = 24;
const BYPASS_WIDTH = 2 * SPINE;

/** Steps whose children are ways to go, one of which or all of which are taken. */
const FORKS = new Set(['choice', 'multicast', 'loadBalance']);
/** Steps that are the head of a branch: what they hold simply follows them. */
const HEADS = new Set(['when', 'otherwise', 'onFallback', 'onFallbackViaNetwork', 'doCatch', 'doFinally']);
/** Children that stand beside the others. */
const BESIDE = new Set(['onFallback', 'doCatch', 'doFinally']);
/** After these nothing follows. */
const ENDS = new Set(['throwException', 'stop', 'rollback']);

/**
 * @param first the step that stands for the start
 * @param steps as the status has them
 * @returns nodes with x and y, lines as SVG paths, frames around what belongs to a step, width and height
 */
export function layout(first, steps) {
  const drawing = { nodes: [], lines: [], frames: [] };
  const box = sequence([first, ...steps], 0, 0, drawing);
  return { ...drawing, width: box.width, height: box.bottom };
}

function sequence(steps, x, y, drawing) {
  let bottom = y;
  let width = 0;
  steps.forEach((step, index) => {
    if (index > 0) {
      arrow(drawing, x, bottom, bottom + GAP_Y);
      bottom += GAP_Y;
    }
    const box = block(step, x, bottom, drawing);
    bottom = box.bottom;
    width = Math.max(width, box.width);
  });
  return { width, bottom };
}

function block(step, x, y, drawing) {
  drawing.nodes.push({ step, x, y });
  const bottom = y + NODE_HEIGHT;
  const lanes = lanesOf(step);
  if (lanes.length === 0) return { width: NODE_WIDTH, bottom };
  return lanes.length === 1 ? body(step, lanes[0], x, bottom, drawing) : fork(lanes, x, bottom, drawing);
}

/** Ways from a step; an empty one goes past what the step holds. */
function lanesOf(step) {
  if (step.steps.length === 0) return [];
  if (FORKS.has(step.kind)) {
    const ways = step.steps.map((child) => [child]);
    const open = step.kind === 'choice' && step.steps.every((child) => child.kind !== 'otherwise');
    return open ? [...ways, []] : ways;
  }
  const beside = step.steps.filter((child) => BESIDE.has(child.kind)).map((child) => [child]);
  const own = step.steps.filter((child) => !BESIDE.has(child.kind));
  if (step.kind === 'filter') beside.push([]);
  return own.length > 0 ? [own, ...beside] : beside;
}

function body(step, steps, x, y, drawing) {
  if (HEADS.has(step.kind)) {
    arrow(drawing, x, y, y + GAP_Y);
    const box = sequence(steps, x, y + GAP_Y, drawing);
    return { width: Math.max(NODE_WIDTH, box.width), bottom: box.bottom };
  }
  const frame = { x: x + INDENT / 2, y: y + GAP_Y / 2 };
  drawing.frames.push(frame);
  const box = sequence(steps, x + INDENT, y + GAP_Y, drawing);
  Object.assign(frame, { width: box.width + INDENT, height: box.bottom + GAP_Y / 2 - frame.y });
  return { width: Math.max(NODE_WIDTH, box.width + 1.5 * INDENT), bottom: box.bottom + GAP_Y / 2 };
}

function fork(lanes, x, y, drawing) {
  const top = y + 2 * GAP_Y;
  let laneX = x;
  const ends = lanes.map((lane) => {
    const box = lane.length > 0 ? sequence(lane, laneX, top, drawing) : { width: BYPASS_WIDTH, bottom: y + GAP_Y };
    const end = { x: laneX, bottom: box.bottom, empty: lane.length === 0, goesOn: !endsIn(lane) };
    laneX += box.width + GAP_X;
    return end;
  });
  const join = Math.max(...ends.map((end) => end.bottom)) + GAP_Y;
  line(drawing, `M${x + SPINE} ${y}V${y + GAP_Y}H${ends.at(-1).x + SPINE}`);
  ends.filter((end) => !end.empty).forEach((end) => arrow(drawing, end.x, y + GAP_Y, top));
  const going = ends.filter((end) => end.goesOn);
  going.forEach((end) => line(drawing, `M${end.x + SPINE} ${end.bottom}V${join}H${x + SPINE}`));
  return { width: Math.max(NODE_WIDTH, laneX - GAP_X - x), bottom: going.length > 0 ? join : join - GAP_Y };
}

/** Whether nothing comes after a way's last step. */
function endsIn(lane) {
  const last = lane.at(-1);
  if (!last) return false;
  return ENDS.has(last.kind) || (HEADS.has(last.kind) && endsIn(last.steps));
}

function line(drawing, path, head = false) {
  drawing.lines.push({ path, head });
}

function arrow(drawing, x, from, to) {
  line(drawing, `M${x + SPINE} ${from}V${to}`, true);
}
