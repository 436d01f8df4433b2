// Which steps fail now: those whose failures grew a moment ago.

const MILLIS = 30_000;

export class Failing {
  #generation = 0;
  /** By step: its failures at the last look, and when they last grew. */
  #steps = new Map();

  /** Looks at every step, drawn or not, so that one that fails is seen as such as soon as it is drawn. */
  look({ number, routes }, now = Date.now()) {
    if (number !== this.#generation) this.#steps.clear();
    this.#generation = number;
    const look = ({ id, failures, steps }) => {
      const before = this.#steps.get(id);
      const grew = before !== undefined && failures > before.failures;
      this.#steps.set(id, { failures, at: grew ? now : (before?.at ?? 0) });
      steps.forEach(look);
    };
    routes.forEach((route) => look({ ...route, id: `from ${route.id}` }));
  }

  has(stepId, now = Date.now()) {
    const step = this.#steps.get(stepId);
    return step !== undefined && now - step.at < MILLIS;
  }
}
