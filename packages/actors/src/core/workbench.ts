import { parseActorKey } from '@belfry/protocol';
import type { Millis } from '@belfry/store';
import { endLife, markDraft, restoreDraft, TooManyEffects, type Draft } from './draft.ts';
import type { EngineSpec } from './engine-spec.ts';
import { jsonText } from './json-text.ts';
import { createRandom } from './random.ts';
import type { Call } from './route-message.ts';
import { NO_TICKS, startTicks } from './tick-plan.ts';
import { DraftContext } from './turn-context.ts';
import type { TurnMeta } from './turn-meta.ts';
import type { TurnOptions, TurnSnapshot } from './turn.ts';

export type Attempt<T> =
  | { readonly type: 'done'; readonly value: T }
  /** It threw, or rejected; nothing of it is left. */
  | { readonly type: 'undone'; readonly error: unknown }
  /** The turn has as many effects as it may, through what came before: this waits for the next one. */
  | { readonly type: 'full' };

export interface WorkbenchInput {
  readonly kind: string;
  readonly spec: EngineSpec;
  readonly snapshot: TurnSnapshot;
  readonly meta: TurnMeta;
  readonly now: Millis;
  readonly life: number;
  readonly options: TurnOptions;
  /** Keep a copy to go back to; else whatever throws, throws through. */
  readonly careful: boolean;
}

/** Where the handlers of one turn run: each whole, or not at all. */
export class Workbench {
  readonly draft: Draft;
  readonly #input: WorkbenchInput;
  readonly #ctx: DraftContext;
  /** The text of the draft's state as of the last attempt that held. */
  #text: string | null;
  /** A handler ran, and `onTurnEnd` has not since. */
  #handled = false;

  constructor(input: WorkbenchInput) {
    const { kind, spec, snapshot, meta, now, life, options } = input;
    this.#input = input;
    this.#text = snapshot.state;
    this.draft = {
      key: snapshot.key,
      exists: snapshot.state !== null,
      state: parseState(snapshot.state),
      plan: meta.plan,
      rateKnown: meta.rateKnown,
      gatherMs: 0,
      publications: [],
      sends: [],
      forget: [],
      effectsLength: 0,
      random: createRandom(`${options.secret}\n${snapshot.key}\n${life}\n${snapshot.version}`),
      destroying: false,
      reply: null,
      created: 0,
      destroyed: 0,
    };
    const id = parseActorKey(snapshot.key)?.id ?? snapshot.key;
    this.#ctx = new DraftContext({ draft: this.draft, spec, kind, id, now, options });
  }

  /** Ends the turn for its handlers; the text of the state it leaves. Throws when that is no JSON or too long. */
  finish(): string | null {
    this.#ctx.close();
    if (!this.#input.careful) this.#text = this.#stateText();
    return this.#text;
  }

  /** Runs `work` whole or not at all. */
  attempt<T>(work: () => T): Attempt<T> {
    const { draft } = this;
    const mark = markDraft(draft);
    this.#ctx.rejection = null;
    draft.reply = null;
    try {
      const value = work();
      const { rejection } = this.#ctx;
      if (rejection !== null) throw rejection;
      if (draft.destroying) endLife(draft, NO_TICKS);
      if (this.#input.careful) this.#text = this.#stateText();
      return { type: 'done', value };
    } catch (error) {
      if (!this.#input.careful) throw error;
      restoreDraft(draft, mark, parseState(this.#text));
      const full = error instanceof TooManyEffects && mark.publications + mark.sends > 0;
      return full ? { type: 'full' } : { type: 'undone', error: this.#ctx.rejection ?? error };
    }
  }

  /** Calls a handler, in an attempt; creates the actor first where it does not exist. */
  call(call: Call): void {
    if (!this.draft.exists) this.#create();
    this.#call(call);
    this.#handled = true;
    // With a copy to go back to, every message is a turn of its own.
    if (this.#input.careful) this.endTurn();
  }

  /** Calls `onTurnEnd`, in an attempt, where there is something for it to follow. */
  endTurn(): void {
    const { draft } = this;
    if (!this.#handled || !draft.exists || draft.destroying) return;
    this.#handled = false;
    const { reply } = draft;
    this.#done('onTurnEnd', this.#input.spec.onTurnEnd?.(this.#ctx));
    draft.reply = reply;
  }

  #call(call: Call): void {
    const { spec } = this.#input;
    const ctx = this.#ctx;
    switch (call.type) {
      case 'client':
        return this.#done('onMessage', spec.onMessage?.(ctx, call.data, call.from));
      case 'internal':
        return this.#done('onInternal', spec.onInternal?.(ctx, call.data, call.from));
      case 'presence':
        return this.#done('onPresence', spec.onPresence?.(ctx, call.event));
      case 'tick':
        return this.#done('onTick', spec.onTick?.(ctx, call.tick));
      case 'create':
        return;
    }
  }

  /** Starts the kind's rate in an actor that has not known it. */
  startRate(): void {
    const { tick } = this.#input.spec;
    if (tick === undefined) return;
    this.draft.rateKnown = true;
    if (tick.autostart === false) return;
    this.draft.plan = startTicks(this.draft.plan, tick.hz, this.#input.now);
  }

  #create(): void {
    const { draft } = this;
    const ctx = this.#ctx;
    draft.state = this.#input.spec.initial({
      id: ctx.id,
      now: ctx.now,
      random: () => ctx.random(),
    });
    draft.exists = true;
    draft.created++;
    this.startRate();
    this.#done('onCreate', this.#input.spec.onCreate?.(ctx));
  }

  #done(handler: string, result: unknown): void {
    if (!(result instanceof Promise)) return;
    // Nobody waits for it, so nobody may hear of its failure either.
    result.catch(() => {});
    throw new TypeError(
      `actor ${this.#input.kind}: ${handler} is asynchronous; a turn cannot wait, so do outside work elsewhere and send its result as a message`,
    );
  }

  #stateText(): string | null {
    const { kind, spec, options } = this.#input;
    if (!this.draft.exists) return null;
    const text = jsonText(this.draft.state, `actor ${kind}: the state`);
    const limit = spec.maxStateLength ?? options.maxStateLength ?? 1_048_576;
    if (text.length > limit) {
      throw new RangeError(
        `actor ${kind}: the state has ${text.length} characters as JSON, ${limit} are allowed; keep less in it, or split the actor`,
      );
    }
    return text;
  }
}

function parseState(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
