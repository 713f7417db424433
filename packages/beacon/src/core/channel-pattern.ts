/**
 * Patterns of channel names: `*` and `**` any text, `?` one character, `[abc]` `[a-z]` `[!a-z]` one of some, `{one,other}` either, `\`
 * before a character that means itself.
 */

type Token = 'any' | 'one' | ((code: number) => boolean);

/** The longest pattern, in characters. */
const MAX_PATTERN = 1024;
/** The most patterns that alternatives may stand for. */
const MAX_ALTERNATIVES = 64;

/** A pattern that is none; the message says why. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

function expand(pattern: string): string[] {
  let open = -1;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '\\') i++;
    else if (char === '{') open = i;
    else if (char === '}') {
      if (open < 0) throw new PatternError('a "}" has no "{" before it');
      const [before, after] = [pattern.slice(0, open), pattern.slice(i + 1)];
      const all = pattern
        .slice(open + 1, i)
        .split(',')
        .flatMap((each) => expand(before + each + after));
      if (all.length > MAX_ALTERNATIVES) {
        throw new PatternError(`it stands for more than ${MAX_ALTERNATIVES} patterns`);
      }
      return all;
    }
  }
  if (open >= 0) throw new PatternError('a "{" has no "}" after it');
  return [pattern];
}

/** The set whose `[` stands before `from`, and where it ends. */
function setAt(pattern: string, from: number): { token: Token; end: number } {
  const not = pattern[from] === '!';
  const end = pattern.indexOf(']', from + (not ? 2 : 1));
  if (end < 0) throw new PatternError('a "[" has no "]" after it');
  const ranges: [number, number][] = [];
  for (let i = from + (not ? 1 : 0); i < end; i++) {
    const first = pattern.charCodeAt(i);
    const isRange = pattern[i + 1] === '-' && i + 2 < end;
    ranges.push([first, isRange ? pattern.charCodeAt(i + 2) : first]);
    if (isRange) i += 2;
  }
  const token = (code: number): boolean =>
    ranges.some(([low, high]) => code >= low && code <= high) !== not;
  return { token, end };
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '*') {
      if (tokens.at(-1) !== 'any') tokens.push('any');
    } else if (char === '?') {
      tokens.push('one');
    } else if (char === '[') {
      const { token, end } = setAt(pattern, i + 1);
      tokens.push(token);
      i = end;
    } else {
      if (char === '\\') i++;
      const wanted = pattern.charCodeAt(i);
      tokens.push((code) => code === wanted);
    }
  }
  return tokens;
}

/** Never more steps than the product of the two lengths: only the last `*` is ever looked at again. */
function matches(tokens: readonly Token[], text: string): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let from = 0;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === 'any') {
      star = token++;
      from = at;
    } else if (wanted !== undefined && (wanted === 'one' || wanted(text.charCodeAt(at)))) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++from;
    } else {
      return false;
    }
  }
  while (tokens[token] === 'any') token++;
  return token === tokens.length;
}

/** @throws PatternError saying what is wrong with it */
export function channelPattern(pattern: string): (channel: string) => boolean {
  if (pattern === '') return () => true;
  if (pattern.length > MAX_PATTERN) {
    throw new PatternError(`it is longer than ${MAX_PATTERN} characters`);
  }
  const alternatives = expand(pattern).map(tokensOf);
  return (channel) => alternatives.some((each) => matches(each, channel));
}
