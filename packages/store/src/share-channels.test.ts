import { expect, test } from 'vitest';
import type { ChannelListener, ChannelStore, Epoch, Publication } from './channel-store.ts';
import { shareChannels } from './share-channels.ts';

/** The part of a driver that sharing stands on: what it was asked, and a way to speak as it. */
function driver() {
  const asked: string[] = [];
  let listener: ChannelListener | null = null;
  let answer: () => Promise<void> = async () => {};
  const channels = {
    attach: (given: ChannelListener) => void (listener = given),
    subscribe: (channel: string) => (asked.push(`+${channel}`), answer()),
    unsubscribe: (channel: string) => (asked.push(`-${channel}`), answer()),
  } as unknown as ChannelStore;
  return {
    channels,
    asked,
    answerWith: (next: () => Promise<void>) => void (answer = next),
    say: (channel: string, body: string) =>
      listener?.onPublication(channel, { body } as Publication, '' as Epoch),
    interrupt: (channels: readonly string[] | 'all') => listener?.onInterrupted(channels),
  };
}

function hear(view: ChannelStore): string[] {
  const heard: string[] = [];
  view.attach({
    onPublication: (channel, publication) => void heard.push(`${channel} ${publication.body}`),
    onSignal: () => {},
    onInterrupted: (channels) => void heard.push(`interrupted ${String(channels)}`),
  });
  return heard;
}

test('each hears of its own channels, and the driver is asked once', async () => {
  const { channels, asked, say, interrupt } = driver();
  const share = shareChannels(channels);
  const [a, b] = [share(), share()];
  const [heardByA, heardByB] = [hear(a), hear(b)];
  await Promise.all([a.subscribe('x'), b.subscribe('x'), b.subscribe('y'), b.subscribe('y')]);
  expect(asked).toEqual(['+x', '+y']);
  say('x', '1');
  say('y', '2');
  interrupt(['y', 'z']);
  expect(heardByA).toEqual(['x 1']);
  expect(heardByB).toEqual(['x 1', 'y 2', 'interrupted y']);
  await a.unsubscribe('x');
  await a.unsubscribe('x');
  say('x', '3');
  expect(heardByA).toEqual(['x 1']);
  expect(heardByB.at(-1)).toBe('x 3');
  await b.unsubscribe('x');
  expect(asked).toEqual(['+x', '+y', '-x']);
  interrupt('all');
  expect(heardByA.at(-1)).toBe('interrupted all');
});

test('a channel that is wanted again waits until it is given up', async () => {
  const { channels, asked, answerWith } = driver();
  const view = shareChannels(channels)();
  await view.subscribe('x');
  let done = (): void => {};
  answerWith(() => new Promise((resolve) => void (done = resolve)));
  const gone = view.unsubscribe('x');
  const back = view.subscribe('x');
  await Promise.resolve();
  expect(asked).toEqual(['+x', '-x']);
  done();
  await gone;
  answerWith(async () => {});
  done();
  await Promise.resolve();
  done();
  await back;
  expect(asked).toEqual(['+x', '-x', '+x']);
});

test('a subscription that fails can be asked for again', async () => {
  const { channels, asked, answerWith } = driver();
  const share = shareChannels(channels);
  const [a, b] = [share(), share()];
  answerWith(async () => {
    throw new Error('down');
  });
  const both = await Promise.allSettled([a.subscribe('x'), b.subscribe('x')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  answerWith(async () => {});
  await a.subscribe('x');
  expect(asked).toEqual(['+x', '+x']);
});
