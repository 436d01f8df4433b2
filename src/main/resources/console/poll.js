// Asks again and again while somebody looks: one request at a time, none while the page is hidden.

const TIMEOUT_MILLIS = 15_000;

export class Poll {
  #work;
  #failed;
  #everyMillis;
  #timer = 0;
  #round = null;
  #wanted = false;
  #looked = () => (document.hidden ? this.#cancel() : this.now());

  /**
   * @param work an async function that takes an AbortSignal
   * @param failed told what it threw, unless it was aborted here
   */
  constructor(work, failed, everyMillis = 2000) {
    this.#work = work;
    this.#failed = failed;
    this.#everyMillis = everyMillis;
  }

  start() {
    this.#wanted = true;
    document.addEventListener('visibilitychange', this.#looked);
    this.now();
  }

  stop() {
    this.#wanted = false;
    document.removeEventListener('visibilitychange', this.#looked);
    this.#cancel();
  }

  /** Asks at once instead of when it is time. */
  now() {
    this.#cancel();
    if (this.#wanted && !document.hidden) this.#run();
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#round?.abort();
    this.#round = null;
  }

  async #run() {
    const round = new AbortController();
    this.#round = round;
    try {
      await this.#work(AbortSignal.any([round.signal, AbortSignal.timeout(TIMEOUT_MILLIS)]));
    } catch (error) {
      if (!round.signal.aborted) this.#failed(error);
    }
    if (!round.signal.aborted) this.#timer = setTimeout(() => this.#run(), this.#everyMillis);
  }
}
