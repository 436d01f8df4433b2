// What grew how fast, over the last minute of looking.

const WINDOW_MILLIS = 60_000;

export class Rates {
  #samples = new Map();

  /**
   * Notes a total and answers its growth a second, over the last minute or as much of it as was seen; null at the first look.
   * A total that fell is that of a service that was restarted.
   */
  of(name, total, now = performance.now()) {
    let samples = this.#samples.get(name) ?? [];
    if (samples.length > 0 && samples.at(-1).total > total) samples = [];
    samples = samples.filter((sample) => now - sample.at <= WINDOW_MILLIS);
    samples.push({ at: now, total });
    this.#samples.set(name, samples);
    const [first] = samples;
    return now > first.at ? ((total - first.total) * 1000) / (now - first.at) : null;
  }
}
