import type { WireReader, WireValue } from '../wire.ts';
import { readPolicy } from './committing.ts';
import type { Context } from './context.ts';

/** `publish`: published, now, offset, epoch. */
export function publish(ctx: Context, input: WireReader, out: WireValue[]): void {
  const channel = input.text();
  const body = input.text();
  const origin = input.text();
  const policy = readPolicy(input);
  const key = input.textOrNull();
  const keyTtlMs = input.number();
  const version = input.numberOrNull();
  const versionEpoch = input.text();
  const { now } = ctx;
  const earlier = key === null ? null : ctx.idempotency.find(channel, key, now);
  if (earlier !== null) {
    ctx.counters.add('publications_suppressed');
    out.push(false, now, earlier.offset, earlier.epoch);
    return;
  }
  const versioned = version !== null && policy.size > 0;
  if (versioned) {
    const known = ctx.channels.find(channel, now);
    if (
      known !== null &&
      known.version !== null &&
      known.versionEpoch === versionEpoch &&
      version <= known.version
    ) {
      ctx.counters.add('publications_suppressed');
      out.push(false, now, known.top, known.epoch);
      return;
    }
  }
  const position = ctx.channels.publish({ channel, body, origin, policy }, now);
  if (versioned) {
    ctx.channels.setVersion(
      ctx.channels.ensure(channel, now, policy.metaTtlMs),
      version,
      versionEpoch,
    );
  }
  if (key !== null) ctx.idempotency.put({ channel, key, ...position }, now + keyTtlMs);
  ctx.counters.add('publications');
  out.push(true, now, position.offset, position.epoch);
}

/** `history`: offset, epoch, how many, then offset, time, body, origin of each. */
export function history(ctx: Context, input: WireReader, out: WireValue[]): void {
  const name = input.text();
  const query = { limit: input.number(), since: input.numberOrNull(), reverse: input.flag() };
  const channel = ctx.channels.ask(name, ctx.now, input.number());
  const found = ctx.channels.history(channel, ctx.now, query);
  out.push(channel.top, channel.epoch, found.length);
  for (const { offset, at, body, origin } of found) out.push(offset, at, body, origin);
}

/** `removeHistory`: nothing. */
export function removeHistory(ctx: Context, input: WireReader): void {
  ctx.channels.removeHistory(input.text(), ctx.now);
}
