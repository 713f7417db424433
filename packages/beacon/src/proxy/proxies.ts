import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { BeaconConfig } from '../config.ts';
import type { EffectOf } from '../core/effects.ts';
import type { ProxyAnswer, ProxyPlan } from '../core/proxy-plan.ts';
import type { PassedHeaders, Session } from '../core/session.ts';
import type { Log } from '../log.ts';
import { HookSender, type HookCounts } from './hook-sender.ts';
import { LocalClient } from './local-client.ts';
import type { ProxyBackends } from './proxy-backend.ts';
import { ProxyClient, type Post, type Posted, type ProxyAsker } from './proxy-client.ts';
import { ProxyFailure } from './proxy-failure.ts';
import { ProxyMeter, type ProxyFigures } from './proxy-meter.ts';
import { proxyTable, type ProxyKey, type ProxySettings } from './proxy-settings.ts';
import { failedAnswer, readAnswer, statusAnswer } from './read-answer.ts';
import { hookBody, questionBody } from './request-body.ts';
import { passedHeaders, requestHeaders, SIGNATURE_HEADER, signatureOf } from './request-headers.ts';

/** One proxy that fails is worth one line a second. */
const LOG_EVERY_MS = 1000;

interface Options {
  readonly log: Log;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** In this process. Default none. */
  readonly backends?: ProxyBackends | undefined;
}

/** One use of one proxy. */
interface Proxy {
  readonly settings: ProxySettings;
  readonly client: ProxyAsker;
  readonly meter: ProxyMeter;
  logged: { readonly at: number; more: number } | null;
}

/** Asks backends what sessions want to know of them, and tells them what they want to hear. */
export class Proxies {
  readonly plan: ProxyPlan;
  readonly #options: Options;
  readonly #proxies: ReadonlyMap<ProxyKey, Proxy>;
  readonly #clients: ReadonlyMap<ProxySettings, ProxyAsker>;
  readonly #wanted: ReadonlySet<string>;
  readonly #hooks = new HookSender();
  /** Questions under way: what is answered to them may still have to be told of. */
  readonly #asking = new Set<Promise<unknown>>();

  /** @throws TypeError naming the option that is not what it must be */
  constructor(config: BeaconConfig, options: Options) {
    this.#options = options;
    const { used, plan, headers } = proxyTable(config, options.backends ?? new Map());
    this.plan = plan;
    this.#wanted = headers;
    const clients = new Map<ProxySettings, ProxyAsker>();
    for (const { settings } of used) {
      if (!clients.has(settings)) clients.set(settings, clientFor(settings));
    }
    this.#clients = clients;
    this.#proxies = new Map(
      used.map(({ key, settings }) => {
        const client = clients.get(settings) ?? clientFor(settings);
        return [key, { settings, client, meter: new ProxyMeter(), logged: null }];
      }),
    );
  }

  /** What is kept of the headers of a connection's request; `null`: nothing. */
  headersOf(headers: IncomingHttpHeaders): PassedHeaders | null {
    return this.#wanted.size === 0 ? null : passedHeaders(headers, this.#wanted);
  }

  /** Asks, and gives the session the answer. What is asked is made within this call. */
  async ask(session: Session, effect: EffectOf<'proxy'>): Promise<void> {
    const answer = this.#answer(session, effect);
    this.#asking.add(answer);
    try {
      session.proxied(effect, await answer);
    } finally {
      this.#asking.delete(answer);
    }
  }

  #answer(session: Session, effect: EffectOf<'proxy'>): Promise<ProxyAnswer> {
    const { use } = effect;
    const key: ProxyKey = `${use}/${effect.proxy}`;
    const proxy = this.#of(key);
    const body = questionBody(session, effect, proxy.settings);
    const post: Post = {
      use,
      body,
      headers: this.#headers(proxy, session, body),
      repeatable: use !== 'rpc' && use !== 'publish',
    };
    return this.#measured(key, post, ({ status, body: text }) => {
      if (status === 200) return answerOf(use, text);
      const meaning = proxy.settings.transforms.get(status);
      if (meaning !== undefined) return statusAnswer(use, meaning);
      throw new ProxyFailure('status', `status ${status}`);
    }).catch(() => failedAnswer(use));
  }

  /** Tells it as soon as it can be told. What is told is made within this call. */
  tell(session: Session, effect: EffectOf<'hook'>): void {
    const key: ProxyKey = `${effect.hook}/${effect.proxy}`;
    const proxy = this.#of(key);
    const id = randomUUID();
    const body = hookBody(session, effect, { ...proxy.settings, id, time: this.#options.now() });
    const { client, headers, emulatedHeaders } = session;
    this.#hooks.add({
      client,
      lane: key,
      size: 512 + body.length,
      tell: () => {
        const sent = {
          ...this.#headers(proxy, { headers, emulatedHeaders }, body),
          'idempotency-key': id,
        };
        return this.#measured(
          key,
          { use: effect.hook, body, headers: sent, repeatable: true },
          ({ status }) => {
            if (status < 200 || status > 299) throw new ProxyFailure('status', `status ${status}`);
          },
        );
      },
    });
  }

  #of(key: ProxyKey): Proxy {
    const proxy = this.#proxies.get(key);
    // The configuration names all that sessions ask for.
    if (proxy === undefined) throw new Error(`there is no proxy ${key}`);
    return proxy;
  }

  #headers(
    { settings }: Proxy,
    connection: Pick<Session, 'headers' | 'emulatedHeaders'>,
    body: string,
  ): Record<string, string> {
    const headers = requestHeaders(settings, connection);
    if (settings.signSecret !== '') {
      headers[SIGNATURE_HEADER] = signatureOf(settings.signSecret, body, this.#options.now());
    }
    return headers;
  }

  async #measured<T>(key: ProxyKey, post: Post, read: (posted: Posted) => T): Promise<T> {
    const { client, meter } = this.#of(key);
    meter.began();
    const began = performance.now();
    try {
      const posted = await client.post(post);
      meter.answered(performance.now() - began);
      return read(posted);
    } catch (error) {
      const failure =
        error instanceof ProxyFailure ? error : new ProxyFailure('network', String(error));
      meter.failed(failure.reason);
      this.#report(key, failure);
      throw failure;
    }
  }

  #report(key: ProxyKey, { reason, message }: ProxyFailure): void {
    const proxy = this.#of(key);
    const { logged } = proxy;
    const now = this.#options.now();
    if (logged !== null && now - logged.at < LOG_EVERY_MS) {
      logged.more++;
      return;
    }
    proxy.logged = { at: now, more: 0 };
    const more = logged === null || logged.more === 0 ? {} : { more: logged.more };
    const fields = { proxy: key, reason, problem: message, ...more };
    this.#options.log({ level: 'warn', message: 'a proxy failed', fields });
  }

  /** Hooks wait in such numbers that no more connections should be ended at will. */
  get isBehind(): boolean {
    return this.#hooks.isBehind;
  }

  /** Waits until nothing is asked any more and all hooks have been told; for these, `limitMs` at most. */
  async finish(limitMs: number): Promise<void> {
    // Each ends within its time.
    while (this.#asking.size > 0) await Promise.all(this.#asking);
    const lost = await this.#hooks.finish(limitMs);
    if (lost === 0) return;
    this.#options.log({ level: 'error', message: 'hooks were not told', fields: { hooks: lost } });
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  /** By `<use>/<name>`. */
  figures(): Readonly<Record<string, ProxyFigures>> {
    return Object.fromEntries(
      [...this.#proxies].map(([key, { meter, client }]) => [
        key,
        { ...meter.figures(), ...client.load },
      ]),
    );
  }

  get hooks(): HookCounts & { readonly waiting: number } {
    return { ...this.#hooks.counts, waiting: this.#hooks.size };
  }
}

function clientFor(settings: ProxySettings): ProxyAsker {
  const { backend } = settings;
  return backend === null ? new ProxyClient(settings) : new LocalClient(backend, settings);
}

function answerOf(use: EffectOf<'proxy'>['use'], text: string): ProxyAnswer {
  try {
    return readAnswer(use, text);
  } catch (cause) {
    throw new ProxyFailure('bad_answer', (cause as Error).message, { cause });
  }
}
