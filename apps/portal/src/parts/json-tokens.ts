/** A piece of JSON text and what it is. */
export interface JsonToken {
  readonly type: 'key' | 'string' | 'number' | 'word' | 'mark';
  readonly text: string;
}

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([^"\d\-tfn]+|.)/g;

/** Text of JSON, in pieces that can be told apart by colour. Joined, they are the text. */
export function jsonTokens(json: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  for (const [text, string, colon, number, word] of json.matchAll(TOKENS)) {
    if (string !== undefined && colon !== undefined) {
      tokens.push({ type: 'key', text: string }, { type: 'mark', text: colon });
    } else if (string !== undefined) tokens.push({ type: 'string', text });
    else if (number !== undefined) tokens.push({ type: 'number', text });
    else if (word !== undefined) tokens.push({ type: 'word', text });
    else tokens.push({ type: 'mark', text });
  }
  return tokens;
}
