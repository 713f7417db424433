/** What a client says over a WebSocket without an SDK and what it hears: reply by reply, push by push. */
import { setTimeout as sleep } from 'node:timers/promises';
import { textOf, type Json, type JsonObject } from '../json.ts';
import type { World } from '../suite/world.ts';

/** A command without its id, or a text that is sent as it is. */
export type Saying = string | JsonObject;

export interface DialogOptions {
  /** Claims of the connection token. Default: none but `sub`. */
  readonly claims?: JsonObject;
  /** The connect command in place of one with such a token. */
  readonly connect?: JsonObject;
  /** Also what answers the connect command. Default false. */
  readonly withConnect?: boolean;
  /** Told when the client is connected. */
  readonly meanwhile?: (connect: JsonObject) => Promise<unknown>;
  /** Happens when all is said. */
  readonly after?: () => Promise<unknown>;
  /** Goes on until the server ends the connection. Default false. */
  readonly toTheEnd?: boolean;
}

/** What is different in each run, or only for people. */
const LEFT_OUT = new Set(['client', 'version', 'node', 'session', 'epoch', 'message', 'reason']);

/** A reply or a push without what differs by itself; who is present by user; an error as its code. */
export function plain(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((each: Json) => plain(each));
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries: [string, Json][] = [];
  for (const [name, each] of Object.entries(value as JsonObject)) {
    if (LEFT_OUT.has(name) && typeof each === 'string') continue;
    if (name === 'data') entries.push([name, each]);
    else if (name === 'ttl') entries.push([name, Number(each) > 0]);
    else if (name === 'presence' && !isFlag(each)) entries.push([name, present(each)]);
    else entries.push([name, plain(each)]);
  }
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** `presence` is also the name of an option. */
function isFlag(value: Json): boolean {
  return typeof value === 'object' && value !== null && 'value' in value;
}

/** Who is there, without the ids of their connections. */
function present(value: Json): Json {
  const { presence = value } = value as JsonObject;
  return Object.values(presence as JsonObject).map((each) => plain(each));
}

function shortened({ id: _id, error, ...rest }: JsonObject): Json {
  if (error === undefined) return plain(rest);
  const { code = null, temporary } = error as JsonObject;
  return temporary === true ? { error: code, temporary } : { error: code };
}

/** Says one thing after the other, each when the one before is answered, and resolves with all that came. */
export async function dialog(
  world: World,
  says: readonly Saying[],
  options: DialogOptions = {},
): Promise<readonly Json[]> {
  const { claims = {}, withConnect = false, toTheEnd = false } = options;
  using socket = await world.socket();
  const state: { code?: number } = {};
  const closed = socket.closed().then(
    (code) => {
      state.code = code;
    },
    () => undefined,
  );
  /** Resolves when `id` is answered, or it will never be. */
  const answered = async (id: number): Promise<void> => {
    for (let at = 0; state.code === undefined;) {
      // One that ends brings nothing more.
      await Promise.race([socket.got(at + 1).catch(() => closed), closed]);
      if (socket.replies.length <= at) return;
      if (socket.replies[at]?.['id'] === id) return;
      at++;
    }
  };
  let id = 0;
  const say = async (saying: Saying): Promise<void> => {
    id++;
    const text = typeof saying === 'string' ? saying : JSON.stringify({ id, ...saying });
    socket.send(text);
    await answered(typeof saying === 'string' ? Number(/"id":(\d+)/.exec(text)?.[1] ?? id) : id);
  };
  await say({ connect: options.connect ?? { token: await world.token('ann', claims) } });
  const [first = {}] = socket.replies;
  // Belfry ends a connection that may not be; Centrifugo leaves it to the client, and answers nothing any more.
  if (first['error'] !== undefined) return [shortened(first)];
  await options.meanwhile?.((first['connect'] ?? {}) as JsonObject);
  for (const saying of says) {
    if (state.code === undefined) await say(saying);
  }
  await options.after?.();
  const apart = world.target.echoesApart === true;
  if (apart && says.some((saying) => typeof saying === 'object' && 'publish' in saying)) {
    await sleep(ECHO_MS);
  }
  // What comes unasked after the last reply comes before this one.
  if (state.code === undefined && toTheEnd) await closed;
  else if (state.code === undefined) await say({ rpc: { method: END } });
  const replies = socket.replies
    .slice(withConnect ? 0 : 1)
    .filter((each) => each['id'] !== id || toTheEnd);
  const end = state.code === undefined ? [] : [{ closed: state.code }];
  return [...(apart ? withEchoes(replies) : replies).map(shortened), ...end];
}

/** How long a publication may take by its own way, in ms. */
const ECHO_MS = 500;

/** Puts what the client published before the answer to it, which is where it is when both go the same way. */
function withEchoes(replies: readonly JsonObject[]): readonly JsonObject[] {
  if (!replies.some((each) => 'publish' in each)) return replies;
  const isEcho = ({ push }: JsonObject): boolean => 'pub' in ((push ?? {}) as JsonObject);
  const echoes = replies.filter(isEcho);
  const others = replies.filter((each) => !isEcho(each));
  const placed = others.flatMap((each) => {
    const echo = 'publish' in each ? echoes.shift() : undefined;
    return echo === undefined ? [each] : [echo, each];
  });
  return [...placed, ...echoes];
}

/** A method that nobody has. */
const END = 'interop:end';

/** The id of the connection, from its connect result. */
export function clientOf(connect: JsonObject): string {
  return textOf(connect['client']);
}
