import {
  BadFrameError,
  decodeCommands,
  disconnects,
  encodePush,
  encodeReply,
  type Disconnect,
  type Reply,
} from '@belfry/protocol';
import type { Epoch, HistoryReply, Offset, Publication } from '@belfry/store';
import type { BeaconConfig } from '../config.ts';
import type { ActorKinds } from '../core/actor-kinds.ts';
import type { Effect, EffectOf } from '../core/effects.ts';
import { Hub } from '../core/hub.ts';
import { Namespaces } from '../core/namespaces.ts';
import { Revocations } from '../core/revocations.ts';
import { RateLimits } from '../core/rate-limits.ts';
import { rateRules } from '../core/rate-rules.ts';
import { Session, type SessionContext } from '../core/session.ts';
import { Stats } from '../core/stats.ts';
import { TimerWheel } from '../core/timer-wheel.ts';
import type { PreparedPush, Transport, TransportInfo } from '../core/transport.ts';
import { proxyTable } from '../proxy/proxy-settings.ts';
import { beaconSettings } from '../settings.ts';

/** What one client got. */
export class Client implements Transport {
  readonly rig: SessionRig;
  readonly session: Session;
  /** Everything it was sent, as the wire's JSON. */
  readonly frames: string[] = [];
  closed: Disconnect | null = null;
  paused = false;
  /** Whether it reads too slowly. Call `session.eased()` after ending that. */
  slow = false;
  readonly info: TransportInfo = { name: 'websocket', encoding: 'json', unidirectional: false };

  constructor(rig: SessionRig) {
    this.rig = rig;
    this.session = new Session(rig.context, this);
  }

  reply(reply: Reply): void {
    this.#write(encodeReply(reply));
  }

  push(push: PreparedPush): void {
    this.#write(encodePush(push.push));
  }

  ping(): void {
    this.#write('{}');
  }

  congested(): boolean {
    return this.slow;
  }

  close(disconnect: Disconnect): void {
    this.closed ??= disconnect;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  #write(frame: string): void {
    if (this.closed !== null) throw new Error(`written after close: ${frame}`);
    this.frames.push(frame);
  }

  /** Sends a frame as a socket would bring it. */
  send(frame: string): void {
    if (this.closed !== null) return;
    try {
      this.session.receive(decodeCommands(frame));
    } catch (error) {
      if (!(error instanceof BadFrameError)) throw error;
      this.session.close(disconnects.badRequest);
    }
  }

  /** Sends one command. */
  command(command: object): void {
    this.send(JSON.stringify(command));
  }

  /** What it got since the last time, parsed. */
  read(): unknown[] {
    return this.frames.splice(0).map((each) => JSON.parse(each) as unknown);
  }
}

/** Sessions without sockets, store or clock: effects pile up until a test answers them. */
export class SessionRig {
  now = 1_000_000_000_000;
  readonly effects: (Effect & { readonly session: Session })[] = [];
  readonly context: SessionContext;
  #ids = 0;

  constructor(config: BeaconConfig = {}, kinds: ActorKinds = new Map()) {
    const namespaces = new Namespaces(config);
    const stats = new Stats();
    const rules = rateRules(config);
    this.context = {
      node: 'node',
      version: '0',
      limits: beaconSettings(config).limits,
      namespaces,
      rates: rules === null ? null : new RateLimits(rules, { namespaces, stats }),
      kinds,
      proxies: proxyTable(config, new Map()).plan,
      rpcMethods: new Set(['echo']),
      takesMessages: false,
      hub: new Hub(stats),
      revocations: new Revocations(),
      wheel: new TimerWheel({ now: this.now, spanMs: 100, slots: 64 }),
      stats,
      uniDisconnects: new Map(),
      perform: (session, effect) => this.effects.push({ ...effect, session }),
      now: () => this.now,
      random: () => 0,
      newId: () => `c${++this.#ids}`,
    };
  }

  /** A connection that has sent nothing yet. */
  open(): Client {
    return new Client(this);
  }

  /** A connection of `user` that is through with connecting. */
  connect(user: string, claims: object = {}): Client {
    const client = this.open();
    client.command({ id: 1, connect: { token: 't' } });
    client.session.tokenVerified(this.take('verify'), {
      user,
      expireAt: 0,
      subs: new Map(),
      capabilities: [],
      ...claims,
    });
    client.read();
    return client;
  }

  /** The oldest effect of a type, taken away. Throws when there is none. */
  take<T extends Effect['type']>(type: T): EffectOf<T> & { readonly session: Session } {
    const at = this.effects.findIndex((each) => each.type === type);
    if (at < 0) {
      throw new Error(`no ${type} among ${this.effects.map((each) => each.type).join(', ')}`);
    }
    return this.effects.splice(at, 1)[0] as EffectOf<T> & { readonly session: Session };
  }

  /** Answers the oldest `attach`. */
  attach(history: HistoryReply | null = null): void {
    const { session, subscription } = this.take('attach');
    session.attached(subscription, { ok: true, history });
  }

  /** Lets time pass in small steps. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.now += Math.min(left, 100);
      this.context.wheel.advance(this.now);
    }
  }

  publish(channel: string, offset: number, data: unknown = offset): void {
    this.context.hub.publish(channel, publication(offset, data), 'e' as Epoch);
  }
}

/** A publication as the store gives it. */
export function publication(offset: number, data: unknown = offset, origin = ''): Publication {
  const body = JSON.stringify({ data });
  return { offset: offset as Offset, time: 1, body, origin };
}

/** A history whose top is `offset`. */
export function history(offset: number, publications: readonly Publication[] = []): HistoryReply {
  return { offset: offset as Offset, epoch: 'e' as Epoch, publications };
}
