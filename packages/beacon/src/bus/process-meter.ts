import type { NodeFigures } from './messages.ts';

/** How often the use of the processor is looked at anew, in ms: over less it says little. */
const PERIOD_MS = 1_000;

/** What this process uses. */
export class ProcessMeter {
  readonly #startedAt = performance.now();
  #at = this.#startedAt;
  #cpu = process.cpuUsage();
  #percent = 0;

  read(): Pick<NodeFigures, 'uptime' | 'cpu' | 'rss'> {
    const now = performance.now();
    if (now - this.#at >= PERIOD_MS) {
      const { user, system } = process.cpuUsage(this.#cpu);
      this.#percent = (user + system) / 10 / (now - this.#at);
      this.#at = now;
      this.#cpu = process.cpuUsage();
    }
    return {
      uptime: Math.floor((now - this.#startedAt) / 1000),
      cpu: Math.round(this.#percent * 10) / 10,
      rss: process.memoryUsage.rss(),
    };
  }
}
