import { describe, expect, it } from 'vitest';
import { controlSend, openEnvelope, type ControlTarget } from './control-channel.ts';

const target: ControlTarget = {
  actor: 'chat/1',
  kind: { kind: 'chat', inboxLimit: 10, explicit: false, validate: () => null },
};

describe('what a client publishes on a control channel', () => {
  it('is an envelope when it has an id and data, and its data stays as it was written', () => {
    const message = openEnvelope('{"id":"m1","data":{"n":12345678901234567890}}');
    expect(message).toEqual({ id: 'm1', dataJson: '{"n":12345678901234567890}' });
  });

  it.each([
    '{"id":"","data":1}',
    '{"id":"a\\nb","data":1}',
    `{"id":"${'x'.repeat(65)}","data":1}`,
    '{"id":7,"data":1}',
    '{"id":"m1","data":1,"more":2}',
    '{"id":"m1"}',
    'null',
    '"text"',
  ])('is a message as it stands otherwise: %s', (json) => {
    expect(openEnvelope(json)).toEqual({ id: null, dataJson: json });
  });

  it('tells the actor who sent it, with the info of the token if that is short', () => {
    const message = { id: 'm1', dataJson: '{"n":12345678901234567890}' };
    const bodyWith = (infoJson?: string): string =>
      controlSend(target, message, { user: 'ann', client: 'c', infoJson }).body;
    expect(bodyWith('{"name":"Änn"}')).toBe(
      '{"type":"message","from":{"type":"client","user":"ann","client":"c","info":{"name":"Änn"}},"id":"m1","data":{"n":12345678901234567890}}',
    );
    const bare =
      '{"type":"message","from":{"type":"client","user":"ann","client":"c"},"id":"m1","data":{"n":12345678901234567890}}';
    expect(bodyWith()).toBe(bare);
    expect(bodyWith(JSON.stringify('x'.repeat(1_022)))).toContain('"info":"xx');
    expect(bodyWith(JSON.stringify('x'.repeat(1_023)))).toBe(bare);
    // 1,022 bytes are 511 of these.
    expect(bodyWith(JSON.stringify('ä'.repeat(511)))).toContain('"info":"ää');
    expect(bodyWith(JSON.stringify('ä'.repeat(512)))).toBe(bare);
  });

  it('has an id that no other user can make up', () => {
    const message = { id: 'b:c', dataJson: '1' };
    const ids = ['a', 'a:b'].map((user) => controlSend(target, message, { user, client: 'c' }).id);
    expect(ids).toEqual(['a:b:c', 'a%3Ab:b:c']);
  });
});
