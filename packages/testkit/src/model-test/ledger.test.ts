import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';

const ROOM = 'room/1';
const CLIENT = { stream: 'client', required: true };

function ledgerOf(...bodies: string[]): Ledger {
  const ledger = new Ledger();
  for (const body of bodies) ledger.sent(body, ROOM, CLIENT);
  return ledger;
}

test('a ledger is settled when every message was consumed, died or was dropped, once', () => {
  const ledger = ledgerOf('m1', 'm2', 'm3', 'm4');
  ledger.consumed(ROOM, ['m1', 'm2', 'm3'], ['m2', 'm3']);
  ledger.dropped(['m2']);
  ledger.sent('m5', ROOM, { stream: 'client', required: false });
  ledger.consumed(ROOM, ['enter ann'], []);
  expect(() => ledger.settle(new Map([[ROOM, ['m3']]]))).toThrow('m4 to room/1 was lost');
  ledger.consumed(ROOM, ['m4'], []);
  ledger.settle(new Map([[ROOM, ['m3']]]));
});

test('a message that was consumed twice, or consumed and is a dead letter, is found', () => {
  const twice = ledgerOf('m1');
  twice.consumed(ROOM, ['m1', 'm1'], []);
  expect(() => twice.settle(new Map())).toThrow('m1 to room/1 took effect 2 times');
  const both = ledgerOf('m1');
  both.consumed(ROOM, ['m1'], []);
  expect(() => both.settle(new Map([[ROOM, ['m1']]]))).toThrow(
    'm1 to room/1 was consumed, dropped',
  );
});

test('messages of one stream that were consumed out of order are found, unless they were put back', () => {
  const late = ledgerOf('m1', 'm2');
  late.consumed(ROOM, ['m2', 'm1'], []);
  expect(() => late.settle(new Map())).toThrow('room/1 consumed m1 too late');
  const redriven = ledgerOf('m1', 'm2');
  redriven.consumed(ROOM, ['m1'], ['m1']);
  redriven.redriven(['m1']);
  redriven.consumed(ROOM, ['m2', 'm1'], []);
  redriven.settle(new Map());
});

test('a history with a hole, a double or the wrong order is found', () => {
  const ledger = new Ledger();
  for (const body of ['p1', 'p2']) ledger.published('a:1', body, 'client');
  const settle = (...history: [number, string][]): (() => void) => {
    return () =>
      ledger.settleChannel(
        'a:1',
        history.map(([offset, body]) => ({ offset, body })),
      );
  };
  settle([1, 'p1'], [2, 'p2'])();
  expect(settle([1, 'p1'])).toThrow('a:1 keeps [p1], but published was [p1,p2]');
  expect(settle([1, 'p1'], [2, 'p2'], [3, 'p2'])).toThrow('a:1 keeps');
  expect(settle([1, 'p1'], [3, 'p2'])).toThrow('a:1 has a hole before offset 3');
  expect(settle([1, 'p2'], [2, 'p1'])).toThrow('a:1 has p1 too late');
});
