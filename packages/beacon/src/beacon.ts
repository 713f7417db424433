import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { disconnects } from '@belfry/protocol';
import type { Store } from '@belfry/store';
import { tokenVerifiers } from './auth/token-verifier.ts';
import { ChannelBus } from './bus/channel-bus.ts';
import type { NodeBus } from './bus/node-bus.ts';
import { ProcessMeter } from './bus/process-meter.ts';
import type { BeaconConfig } from './config.ts';
import type { ActorKinds } from './core/actor-kinds.ts';
import type { BeaconControl } from './control/beacon-control.ts';
import { Controller } from './control/controller.ts';
import { oustOlder } from './control/oust-older.ts';
import { answerLocally } from './control/local-answers.ts';
import { answerLoad } from './control/local-load.ts';
import { enforce } from './core/enforcing.ts';
import { Hub } from './core/hub.ts';
import { isInternalChannel } from './core/internal-channel.ts';
import { Namespaces } from './core/namespaces.ts';
import { Revocations } from './core/revocations.ts';
import { RateLimits } from './core/rate-limits.ts';
import { rateRules } from './core/rate-rules.ts';
import { Session, type SessionContext } from './core/session.ts';
import { countOne, Stats } from './core/stats.ts';
import { TimerWheel } from './core/timer-wheel.ts';
import type { Transport } from './core/transport.ts';
import { FrontDoor } from './front-door.ts';
import { httpSettings } from './http/http-settings.ts';
import type { Log } from './log.ts';
import { Admission } from './runtime/admission.ts';
import { Proxies } from './proxy/proxies.ts';
import type { ProxyBackends } from './proxy/proxy-backend.ts';
import { boundRegexes } from './runtime/bounded-regexes.ts';
import { ChannelLinks } from './runtime/channel-links.ts';
import { depart } from './runtime/departures.ts';
import { Performer, readAnnouncement } from './runtime/performer.ts';
import { PositionChecker } from './runtime/position-checker.ts';
import { PresenceKeeper } from './runtime/presence-keeper.ts';
import { RevocationKeeper } from './runtime/revocation-keeper.ts';
import { withPing, type RpcContext, type RpcHandler } from './runtime/rpc.ts';
import { beaconSettings, type BeaconSettings } from './settings.ts';
import type { BeaconSnapshot } from './snapshot.ts';
import { Flusher } from './runtime/flusher.ts';
import { takeUpgradesEarly } from './ws/early-upgrades.ts';
import type { UpgradeRequest } from './ws/request-head.ts';
import type { Refusal } from './ws/upgrader.ts';

/** How exactly times are kept, in ms. */
const TICK_MS = 100;
const WHEEL_SLOTS = 512;
/** How long an end may take to tell backends who left. */
const HOOKS_LIMIT_MS = 10_000;

export interface BeaconOptions {
  /** Where everything lives. The Beacon attaches the one listener of `channels`; share it with `shareChannels` where others listen too. */
  readonly store: Pick<Store, 'channels'> & {
    readonly actors: Pick<Store['actors'], 'send'>;
    /** For limits that hold for all Beacons together; without it each counts alone. */
    readonly tokens?: Store['tokens'];
  };
  readonly config: BeaconConfig;
  /** The kinds of actors that clients can reach. Default none. */
  readonly kinds?: ActorKinds;
  /** The kinds that they cannot: no channel `<namespace>:<kind>/<id>` is there for them (error 102). Default none. */
  readonly closedKinds?: ReadonlySet<string>;
  /** By method. Default none. */
  readonly rpc?: ReadonlyMap<string, RpcHandler>;
  /** Further methods, or other ones of the same name, that only backends can call over the server API. Default none. */
  readonly serverRpc?: ReadonlyMap<string, RpcHandler>;
  /**
   * Backends in this process, by the names that namespaces call them by (`subscribe_proxy_name` and so on). They are asked as those over
   * HTTP are. Default none.
   */
  readonly backends?: ProxyBackends;
  /** Channels that every client may subscribe to, whatever their namespace says. Default none. */
  readonly openChannels?: ReadonlySet<string>;
  /** Takes messages without a reply (`send`); without it they end the connection with 3508. */
  readonly onMessage?: (data: unknown, context: RpcContext) => void;
  readonly log?: Log;
  /** This process's id, as clients see it. Default: random. */
  readonly node?: string;
  /** What people call it. Default: its id. */
  readonly name?: string;
  /** What clients are told of the server's version. */
  readonly version?: string;
  /** Milliseconds since the Unix epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** The realtime gateway of one process. */
export interface Beacon {
  /** What it says to the other Beacons of the deployment. */
  readonly bus: NodeBus;
  /** What a backend can have all Beacons of the deployment do. */
  readonly control: BeaconControl;
  /** Takes an HTTP upgrade: a WebSocket connection, or a refusal. */
  handleUpgrade(request: UpgradeRequest, socket: Duplex, head: Buffer): void;
  /** The paths that it takes WebSockets on. */
  readonly webSocketPaths: ReadonlySet<string>;
  /** Takes an HTTP request that is for one of its endpoints: streams and emulation. False: it is for something else. */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean;
  /** Starts its clock. Until then connections work, but nothing that depends on time does. */
  run(): void;
  /** Refuses new connections and sends away those that are there (3001), at random moments over `spreadMs`. Resolves when all have gone. */
  drain(spreadMs: number): Promise<void>;
  /** Ends everything at once and waits until the store knows. May be called at any time, and twice. */
  stop(): Promise<void>;
  snapshot(): BeaconSnapshot;
}

class WebSocketBeacon implements Beacon {
  readonly #settings: BeaconSettings;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #stats = new Stats();
  readonly #hub = new Hub(this.#stats);
  readonly #sessions = new Set<Session>();
  readonly control: BeaconControl;
  readonly #links: ChannelLinks;
  readonly #presence: PresenceKeeper;
  readonly #performer: Performer;
  readonly #positions: PositionChecker;
  readonly #wheel: TimerWheel;
  readonly #bus: ChannelBus;
  readonly #revocations: RevocationKeeper;
  readonly #admission: Admission;
  readonly #proxies: Proxies;
  readonly #context: SessionContext;
  readonly #door: FrontDoor;
  #timer: NodeJS.Timeout | null = null;
  #refusing = false;

  /** @throws TypeError naming the option, when the configuration is not valid */
  constructor(options: BeaconOptions) {
    const { store, config } = options;
    boundRegexes();
    this.#settings = beaconSettings(config);
    const http = httpSettings(config);
    this.#log = options.log ?? ((): void => {});
    this.#now = options.now ?? Date.now;
    const onError = (error: unknown): void => {
      this.#performer.failed(error, 'the store');
    };
    this.#links = new ChannelLinks(store.channels, onError);
    this.#presence = new PresenceKeeper(store.channels);
    this.#positions = new PositionChecker({
      store: store.channels,
      hub: this.#hub,
      periodMs: this.#settings.positionCheckMs,
      askedPositionMs: this.#settings.limits.askedPositionMs,
      onError,
    });
    const verifiers = tokenVerifiers(config.client ?? {}, {
      now: this.#now,
      log: this.#log,
      onKeysFailure: () => {
        this.#stats.keyFailures++;
      },
    });
    const revocations = new Revocations();
    this.#revocations = new RevocationKeeper({
      store: store.channels,
      revocations,
      onChange: (revoked) => {
        const among = { hub: this.#hub, sessions: this.#sessions, now: this.#now() };
        enforce(revocations, among, revoked);
      },
      onError: (error, doing) => this.#performer.failed(error, doing),
      now: this.#now,
    });
    this.#proxies = new Proxies(config, {
      log: this.#log,
      now: this.#now,
      backends: options.backends,
    });
    const rpc = withPing(options.rpc, config.rpc);
    this.#performer = new Performer({
      channels: store.channels,
      actors: store.actors,
      tokens: store.tokens,
      connectionTokens: verifiers.connection,
      subscriptionTokens: verifiers.subscription,
      rpc,
      rpcTimeoutMs: this.#settings.rpcTimeoutMs,
      onMessage: options.onMessage,
      hub: this.#hub,
      revocations,
      revocationKeeper: this.#revocations,
      links: this.#links,
      presence: this.#presence,
      proxies: this.#proxies,
      stats: this.#stats,
      log: this.#log,
      onClosed: (session) => this.#sessions.delete(session),
      oust: (session) => oustOlder(this.control, session),
      now: this.#now,
    });
    this.#wheel = new TimerWheel({ now: this.#now(), spanMs: TICK_MS, slots: WHEEL_SLOTS });
    const namespaces = new Namespaces(config, options);
    const rules = rateRules(config);
    this.#context = {
      node: options.node ?? randomUUID(),
      version: options.version ?? '0.1.0',
      limits: this.#settings.limits,
      namespaces,
      rates: rules === null ? null : new RateLimits(rules, { namespaces, stats: this.#stats }),
      kinds: options.kinds ?? new Map(),
      proxies: this.#proxies.plan,
      rpcMethods: new Set(rpc.keys()),
      takesMessages: options.onMessage !== undefined,
      hub: this.#hub,
      revocations,
      wheel: this.#wheel,
      stats: this.#stats,
      perform: (session, effect) => this.#performer.perform(session, effect),
      uniDisconnects: http.uniDisconnects,
      now: this.#now,
      random: Math.random,
      newId: randomUUID,
    };
    this.#admission = new Admission({ ...this.#settings, node: this.#context.node });
    const meter = new ProcessMeter();
    this.#bus = new ChannelBus({
      store: store.channels,
      node: this.#context.node,
      name: options.name ?? this.#context.node,
      version: this.#context.version,
      figures: () => {
        const { claim } = this.#admission;
        const figures = { ...this.#gauges(), ...meter.read() };
        return claim === undefined ? figures : { ...figures, claim };
      },
      onAnnouncing: (others) => {
        this.#admission.announcing(
          this.#sessions.size,
          others.map(({ uid, claim, connections }) => ({ uid, claim: claim ?? connections })),
        );
      },
      stats: this.#stats,
      onError: (error, doing) => this.#performer.failed(error, doing),
      now: () => performance.now(),
    });
    this.#door = new FrontDoor({
      settings: this.#settings,
      http,
      shared: {
        flusher: new Flusher(),
        stats: this.#stats,
        log: this.#log,
        queueMaxSize: this.#settings.queueMaxSize,
        conflateQueueSize: this.#settings.conflateQueueSize,
        onError: (error) => this.#unexpected(error),
      },
      bus: this.#bus,
      refusal: () => this.#refusal(),
      onRefused: (refusal) => this.#refused(refusal),
      open: (transport, request) => this.#open(transport, request),
    });
    answerLocally({
      bus: this.#bus,
      hub: this.#hub,
      sessions: this.#sessions,
      revocations: this.#revocations,
    });
    answerLoad({
      bus: this.#bus,
      hub: this.#hub,
      sessions: this.#sessions,
      stats: this.#stats,
      clock: () => performance.now(),
      now: this.#now,
    });
    this.control = new Controller({
      bus: this.#bus,
      channels: store.channels,
      namespaces: this.#context.namespaces,
      revocations: this.#revocations,
      rpc: new Map([...rpc, ...(options.serverRpc ?? [])]),
      rpcTimeoutMs: this.#settings.rpcTimeoutMs,
      failed: (error, doing) => this.#performer.failed(error, doing),
      now: this.#now,
    });
    store.channels.attach({
      onPublication: (channel, publication, epoch) => {
        this.#stats.publicationsReceived++;
        this.#hub.publish(channel, publication, epoch);
        const { maxLagMs } = this.#settings;
        if (maxLagMs > 0 && this.#now() - publication.time > maxLagMs) this.#hub.lag(channel);
      },
      onSignal: (channel, body) => {
        if (isInternalChannel(channel)) {
          this.#bus.receive(body);
          return;
        }
        const announcement = readAnnouncement(body);
        if (announcement === null) return;
        this.#hub.joinLeave(channel, announcement.type, announcement.info);
      },
      onInterrupted: (channels) => {
        const count = channels === 'all' ? 'all' : channels.length;
        const fields = { channels: count };
        this.#log({ level: 'warn', message: 'delivery was interrupted', fields });
        this.#bus.interrupted();
        this.#revocations.interrupted();
        this.#positions.check(channels === 'all' ? this.#hub.channels() : channels);
      },
    });
  }

  get bus(): NodeBus {
    return this.#bus;
  }

  get webSocketPaths(): ReadonlySet<string> {
    return this.#door.webSocketPaths;
  }

  handleUpgrade(request: UpgradeRequest, socket: Duplex, head: Buffer): void {
    this.#door.upgrade(request, socket, head);
  }

  handleRequest(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#door.request(request, response);
  }

  run(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    this.#tick();
  }

  #tick(): void {
    const now = this.#now();
    try {
      this.#wheel.advance(now);
      this.#positions.advance(now);
      this.#bus.advance();
      this.#hub.meter.advance(now);
      this.#revocations.advance(now);
    } catch (error) {
      this.#unexpected(error);
    }
  }

  async drain(spreadMs: number): Promise<void> {
    this.#refusing = true;
    await depart(this.#sessions, {
      spreadMs,
      leave: (each) => each.close(disconnects.shutdown),
      // Whoever is to be told of every end is given the time to listen.
      mayLeave: () => !this.#proxies.isBehind,
    });
    await this.#settled();
  }

  async stop(): Promise<void> {
    this.#refusing = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#positions.stop();
    for (const session of this.#sessions) session.close(disconnects.shutdown);
    await this.#settled();
    await this.#bus.stop();
    this.#proxies.close();
  }

  /** Waits until the store and the backends have been told who left. */
  async #settled(): Promise<void> {
    await this.#performer.attached();
    await this.#presence.idle();
    await this.#links.idle();
    await this.#proxies.finish(HOOKS_LIMIT_MS);
  }

  #open(transport: Transport, request: UpgradeRequest): Session {
    this.#stats.connectionsOpened++;
    const session = new Session(this.#context, transport);
    session.headers = this.#proxies.headersOf(request.headers);
    this.#sessions.add(session);
    return session;
  }

  #refusal(): Refusal | null {
    if (this.#refusing) return { status: 503, problem: 'shutting down', reason: 'shutdown' };
    return this.#admission.refusal(this.#sessions.size, this.#now());
  }

  #refused({ status, problem, reason = `http_${status}` }: Refusal): void {
    this.#stats.connectionsRefused++;
    countOne(this.#stats.refusals, reason);
    const message = 'a connection was refused';
    this.#log({ level: 'info', message, fields: { status, problem } });
  }

  #unexpected(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log({ level: 'error', message: 'an unexpected error', fields: { error: text } });
  }

  #gauges(): Record<'connections' | 'users' | 'channels' | 'subscriptions', number> {
    return {
      connections: this.#sessions.size,
      users: this.#hub.userCount,
      channels: this.#hub.channelCount,
      subscriptions: this.#hub.subscriptionCount,
    };
  }

  snapshot(): BeaconSnapshot {
    const stats = this.#stats;
    const { hooks } = this.#proxies;
    return {
      counters: {
        connections_opened: stats.connectionsOpened,
        connections_refused: stats.connectionsRefused,
        messages_received: stats.messagesReceived,
        bytes_received: stats.bytesReceived,
        replies_sent: stats.repliesSent,
        pushes_sent: stats.pushesSent,
        bytes_sent: stats.bytesSent,
        publications_received: stats.publicationsReceived,
        recoveries_succeeded: stats.recovered,
        recoveries_failed: stats.unrecovered,
        position_losses: stats.positionLosses,
        presence_renewals: stats.presenceRenewals,
        presence_failures: stats.presenceFailures,
        store_errors: stats.storeErrors,
        read_pauses: stats.readPauses,
        publications_filtered: stats.filtered,
        publications_conflated: stats.conflated,
        patches_sent: stats.patchesSent,
        key_failures: stats.keyFailures,
        rate_limit_failures: stats.rateLimitFailures,
        bus_messages_sent: stats.busMessagesSent,
        bus_messages_received: stats.busMessagesReceived,
        bus_failures: stats.busFailures,
        bus_ignored: stats.busIgnored,
        bus_unanswered: stats.busUnanswered,
        emulation_requests: stats.emulationRequests,
        emulation_forwarded: stats.emulationForwarded,
        emulation_failures: stats.emulationFailures,
        hooks_sent: hooks.sent,
        hooks_retried: hooks.retried,
        hooks_lost: hooks.lost,
        hooks_dropped: hooks.dropped,
      },
      rateLimited: Object.fromEntries(stats.rateLimited),
      rateDryRuns: Object.fromEntries(stats.rateDryRuns),
      refusals: Object.fromEntries(stats.refusals),
      gauges: { ...this.#gauges(), nodes: this.#bus.nodes().length, hooks_waiting: hooks.waiting },
      commands: Object.fromEntries(stats.commands),
      replyErrors: Object.fromEntries(stats.errorsByCode),
      disconnects: Object.fromEntries(stats.disconnectsByCode),
      unsubscribes: Object.fromEntries(stats.unsubscribesByCode),
      proxies: this.#proxies.figures(),
    };
  }
}

/**
 * Makes the Beacon of this process. Connect it to an HTTP server with `attachBeacon`, and `run` it.
 *
 * @throws TypeError naming the option, when the configuration is not valid
 */
export function createBeacon(options: BeaconOptions): Beacon {
  return new WebSocketBeacon(options);
}

/** Gives a server's upgrades to a Beacon. Returns a function that takes them away again. */
export function attachBeacon(server: Server | SecureServer, beacon: Beacon): () => void {
  const take = (request: UpgradeRequest, socket: Duplex, head: Buffer): void =>
    beacon.handleUpgrade(request, socket, head);
  const endEarly = takeUpgradesEarly(server, { paths: beacon.webSocketPaths, take });
  server.on('upgrade', take);
  return () => {
    endEarly();
    server.off('upgrade', take);
  };
}
