import {
  createTabNode,
  defaultTabSlots,
  type TabNode,
  type TabNodeState,
} from '@belfry/node/browser';
import { signInToFleet } from '../fleet/use-fleet.ts';
import { fleetSeat } from '../session/session.ts';
import { rememberDonating, setDonationSign } from './donating.ts';
import { type DonationSettings, readSettings, tabName } from './donation-settings.ts';

const SETTINGS_KEY = 'belfry.donation';
/** The program that the node says it is. */
const VERSION = 'portal';

/** The node of this window. It goes on while one looks at other pages of the portal. */
export class TabDonation {
  #settings: DonationSettings;
  #node: TabNode;
  #off: () => void = () => undefined;
  /** The node that was told name and access since it was started. */
  #told: string | null = null;
  readonly #watchers = new Set<() => void>();

  constructor() {
    this.#settings = this.#load();
    this.#node = this.#make();
  }

  get settings(): DonationSettings {
    return this.#settings;
  }

  get state(): TabNodeState {
    return this.#node.state;
  }

  get mostSlots(): number {
    return Math.max(1, navigator.hardwareConcurrency);
  }

  /** Hears when settings or state are others. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  start(): void {
    rememberDonating(true);
    this.#node.start();
  }

  async stop(): Promise<void> {
    rememberDonating(false);
    await this.#node.stop();
  }

  pause(): void {
    this.#node.pause();
  }

  resume(): void {
    this.#node.resume();
  }

  /** Takes effect at once; for when it rests and its name, what runs is given back and it begins anew. */
  async change(change: Partial<DonationSettings>): Promise<void> {
    const before = this.#settings;
    this.#settings = { ...before, ...change };
    this.#keep();
    this.#tell();
    if (change.access !== undefined) this.#told = null;
    const anew =
      this.#settings.name !== before.name ||
      this.#settings.restOnBattery !== before.restOnBattery ||
      this.#settings.restWhenHidden !== before.restWhenHidden;
    if (anew) {
      const { phase } = this.#node.state;
      const on = phase !== 'off' && phase !== 'ended' && phase !== 'unsupported';
      const old = this.#node;
      this.#off();
      await old.stop();
      this.#node = this.#make();
      if (on) this.#node.start();
    } else if (change.slots !== undefined) await this.#node.setSlots(change.slots);
    this.#look();
  }

  #make(): TabNode {
    const { name, slots, restOnBattery, restWhenHidden } = this.#settings;
    const node = createTabNode({
      name,
      version: VERSION,
      slots,
      pause: { onBattery: restOnBattery, whenHidden: restWhenHidden },
      createWorker: () =>
        new Worker(new URL('./chunk-worker.ts', import.meta.url), { type: 'module' }),
      claim: async () => {
        const { client } = await signInToFleet();
        const access = { type: this.#settings.access };
        const { claim } = await client.nodes.createClaim({ access });
        return claim;
      },
    });
    this.#told = null;
    this.#off = node.subscribe(() => {
      // Not yet this one while it is made.
      if (this.#node === node) this.#look();
    });
    return node;
  }

  #look(): void {
    const { phase, node } = this.state;
    const waits = phase === 'starting' || phase === 'elsewhere';
    setDonationSign(phase === 'on' ? 'working' : waits ? 'waiting' : null);
    if (phase === 'ended' || phase === 'unsupported') rememberDonating(false);
    const id = node?.node ?? null;
    if (phase === 'on' && id !== null && node?.online === true && this.#told !== id) {
      this.#told = id;
      void this.#tellAccess(id);
    }
    this.#tell();
  }

  /** A node that was claimed before stays as it was then: its owner says for whom it works now. */
  async #tellAccess(node: string): Promise<void> {
    const { session } = fleetSeat;
    if (session === null) return;
    try {
      await session.client.nodes.change(node, { access: { type: this.#settings.access } });
    } catch {
      // It is somebody else's, or just goes: then it is as its owner wants it.
    }
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #load(): DonationSettings {
    const usual = {
      name: tabName(navigator.userAgent),
      slots: defaultTabSlots(),
      most: this.mostSlots,
    };
    try {
      return readSettings(localStorage.getItem(SETTINGS_KEY), usual);
    } catch {
      return readSettings(null, usual);
    }
  }

  #keep(): void {
    try {
      localStorage.setItem(SETTINGS_KEY, JSON.stringify(this.#settings));
    } catch {
      // Then it is asked for again.
    }
  }
}

let donation: TabDonation | null = null;

export function tabDonation(): TabDonation {
  donation ??= new TabDonation();
  return donation;
}
