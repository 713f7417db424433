import type { AgentSnapshot, TabNodeState } from '@belfry/node/browser';
import { expect, test } from 'vitest';
import { donationText } from './donation-text.ts';

const NODE: AgentSnapshot = {
  state: 'connected',
  node: 'n-1',
  pool: 'default',
  code: null,
  online: true,
  pushed: true,
  slots: 2,
  pause: null,
  load: null,
  running: [],
  waiting: 0,
  undelivered: { count: 0, bytes: 0 },
  counts: {
    completed: 0,
    failed: 0,
    cancelled: 0,
    refused: 0,
    delivered: 0,
    unwanted: 0,
    troubles: 0,
    malformed: 0,
  },
};

const ON: TabNodeState = {
  phase: 'on',
  problem: null,
  slots: 2,
  node: NODE,
  iterations: 0,
  rate: 0,
  isPaused: false,
};

test('says what the tab does, and why it does nothing', () => {
  const title = (state: Partial<TabNodeState>): string => donationText({ ...ON, ...state }).title;
  const node = (change: Partial<AgentSnapshot>): AgentSnapshot => ({ ...NODE, ...change });
  expect(title({})).toBe('Ready');
  expect(title({ phase: 'off', node: null })).toBe('This tab does nothing yet');
  expect(title({ phase: 'elsewhere', node: null })).toBe('Another tab donates already');
  expect(title({ isPaused: true })).toBe('Paused');
  expect(title({ node: node({ pause: { reason: 'battery', abort: false } }) })).toBe('Resting');
  expect(title({ node: node({ online: false }) })).toBe('The server does not answer');
  const running = [{ attempt: {} as AgentSnapshot['running'][number]['attempt'], done: 1 }];
  expect(donationText({ ...ON, node: node({ running }) })).toMatchObject({
    title: 'Working',
    detail: 'It runs 1 chunk.',
    works: true,
  });
  const ended = { phase: 'ended', problem: 'This node was removed by its owner.' } as const;
  expect(donationText({ ...ON, ...ended, node: null }).detail).toBe(ended.problem);
});
