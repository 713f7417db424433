import type { Payload } from '@belfry/protocol';
import { describe, expect, it } from 'vitest';
import type { PublicationDataFormat } from '../config.ts';
import { publishable } from './publication-format.ts';

const object: Payload = { data: ' {"a":1}' };
const text: Payload = { data: '"{}"' };
const bytes: Payload = { b64data: 'AA==' };

describe('publishable', () => {
  it.each<[PublicationDataFormat, Payload, Payload | string | null]>([
    ['', object, object],
    ['', text, text],
    ['', bytes, bytes],
    ['', {}, null],
    ['json', text, text],
    ['json', bytes, 'data is not JSON'],
    ['json', {}, null],
    ['json_object', object, object],
    ['json_object', text, 'data is not a JSON object'],
    ['json_object', bytes, 'data is not JSON'],
    ['json_object', {}, null],
    ['binary', text, text],
    ['binary', bytes, bytes],
    ['binary', {}, { b64data: '' }],
  ])('with the format %j, %j is %j', (format, payload, expected) => {
    const result = publishable(format, payload);
    if (typeof expected !== 'string') expect(result).toEqual(expected);
    else expect(result).toEqual({ code: 107, message: expected, temporary: false });
  });
});
