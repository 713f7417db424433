import { BadFrameError } from './bad-frame-error.ts';
import type { Command, RecoverRequest } from './command.ts';
import { memberText } from './json-member.ts';
import { CUT_FILTER_NODE, MAX_FILTER_DEPTH, type TagsFilterNode } from './tags-filter.ts';

type Fields = Readonly<Record<string, unknown>>;

const METHODS = [
  'connect',
  'subscribe',
  'unsubscribe',
  'publish',
  'presence',
  'presence_stats',
  'history',
  'ping',
  'send',
  'rpc',
  'refresh',
  'sub_refresh',
] as const;

type Method = (typeof METHODS)[number];

const MAX_UINT32 = 0xffff_ffff;

function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadFrameError(`${name} is not an object`);
  }
  return value as Fields;
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function text(fields: Fields, name: string): string {
  const value = own(fields, name) ?? '';
  if (typeof value !== 'string') throw new BadFrameError(`${name} is not a string`);
  return value;
}

function flag(fields: Fields, name: string): boolean {
  const value = own(fields, name) ?? false;
  if (typeof value !== 'boolean') throw new BadFrameError(`${name} is not a boolean`);
  return value;
}

function integer(fields: Fields, name: string): number {
  const value = own(fields, name) ?? 0;
  if (!Number.isSafeInteger(value)) throw new BadFrameError(`${name} is not an integer`);
  return value as number;
}

function unsigned(fields: Fields, name: string): number {
  const value = integer(fields, name);
  if (value < 0) throw new BadFrameError(`${name} is negative`);
  return value;
}

function recoverOf(fields: Fields): RecoverRequest {
  return {
    recover: flag(fields, 'recover'),
    offset: unsigned(fields, 'offset'),
    epoch: text(fields, 'epoch'),
  };
}

function subsOf(fields: Fields): ReadonlyMap<string, RecoverRequest> {
  const value = own(fields, 'subs') ?? {};
  const subs = fieldsOf(value, 'subs');
  return new Map(Object.keys(subs).map((name) => [name, recoverOf(fieldsOf(subs[name], 'sub'))]));
}

function sinceOf(fields: Fields): { since?: { offset: number; epoch: string } } {
  const value = own(fields, 'since') ?? null;
  if (value === null) return {};
  const since = fieldsOf(value, 'since');
  return { since: { offset: unsigned(since, 'offset'), epoch: text(since, 'epoch') } };
}

function headersOf(fields: Fields): { headers?: ReadonlyMap<string, string> } {
  const value = own(fields, 'headers') ?? null;
  if (value === null) return {};
  const headers = fieldsOf(value, 'headers');
  return { headers: new Map(Object.keys(headers).map((name) => [name, text(headers, name)])) };
}

function listOf(fields: Fields, name: string): readonly unknown[] {
  const value = own(fields, name) ?? [];
  if (!Array.isArray(value)) throw new BadFrameError(`${name} is not an array`);
  return value;
}

function filterNode(value: unknown, depth: number): TagsFilterNode {
  if (depth > MAX_FILTER_DEPTH) return CUT_FILTER_NODE;
  const fields = fieldsOf(value, 'tf');
  const vals = listOf(fields, 'vals');
  if (!vals.every((each) => typeof each === 'string')) {
    throw new BadFrameError('vals has what is not a string');
  }
  return {
    op: text(fields, 'op'),
    key: text(fields, 'key'),
    cmp: text(fields, 'cmp'),
    val: text(fields, 'val'),
    vals,
    nodes: listOf(fields, 'nodes').map((each) => filterNode(each, depth + 1)),
  };
}

function filterOf(fields: Fields): { tagsFilter?: TagsFilterNode } {
  const value = own(fields, 'tf') ?? null;
  return value === null ? {} : { tagsFilter: filterNode(value, 1) };
}

/** The payload as the client wrote it. */
function dataOf({ line, method, request }: Draft): { data?: string } {
  if (!Object.hasOwn(request, 'data')) return {};
  const data = memberText(memberText(line, method) ?? '', 'data');
  return data === undefined ? {} : { data };
}

const METHOD_NAMES: ReadonlySet<string> = new Set(METHODS);

function isMethod(name: string): name is Method {
  return METHOD_NAMES.has(name);
}

function methodOf(fields: Fields): Method | undefined {
  let found: Method | undefined;
  for (const name of Object.keys(fields)) {
    if (!isMethod(name) || fields[name] === undefined || fields[name] === null) continue;
    if (found !== undefined) throw new BadFrameError(`both ${found} and ${name}`);
    found = name;
  }
  return found;
}

interface Draft {
  readonly id: number;
  readonly method: Method;
  readonly request: Fields;
  readonly line: string;
}

function build(draft: Draft): Command {
  const { id, method, request } = draft;
  const channel = (): { channel: string } => ({ channel: text(request, 'channel') });
  switch (method) {
    case 'connect':
      return {
        type: method,
        id,
        request: {
          token: text(request, 'token'),
          name: text(request, 'name'),
          version: text(request, 'version'),
          subs: subsOf(request),
          ...headersOf(request),
          ...dataOf(draft),
        },
      };
    case 'subscribe':
      return {
        type: method,
        id,
        request: {
          ...channel(),
          ...recoverOf(request),
          token: text(request, 'token'),
          positioned: flag(request, 'positioned'),
          recoverable: flag(request, 'recoverable'),
          joinLeave: flag(request, 'join_leave'),
          delta: text(request, 'delta'),
          ...filterOf(request),
          flag: integer(request, 'flag'),
          type: integer(request, 'type'),
          ...dataOf(draft),
        },
      };
    case 'unsubscribe':
    case 'presence':
    case 'presence_stats':
      return { type: method, id, request: channel() };
    case 'publish':
      return { type: method, id, request: { ...channel(), ...dataOf(draft) } };
    case 'history':
      return {
        type: method,
        id,
        request: {
          ...channel(),
          limit: integer(request, 'limit'),
          reverse: flag(request, 'reverse'),
          ...sinceOf(request),
        },
      };
    case 'ping':
      return { type: method, id };
    case 'send':
      return { type: method, id, request: dataOf(draft) };
    case 'rpc':
      return {
        type: method,
        id,
        request: { method: text(request, 'method'), ...dataOf(draft) },
      };
    case 'refresh':
      return { type: method, id, request: { token: text(request, 'token') } };
    case 'sub_refresh':
      return { type: method, id, request: { ...channel(), token: text(request, 'token') } };
  }
}

function decodeLine(line: string): Command {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw new BadFrameError('a command is not JSON', { cause });
  }
  const fields = fieldsOf(parsed, 'a command');
  const id = unsigned(fields, 'id');
  if (id > MAX_UINT32) throw new BadFrameError('id is above 2^32 - 1');
  const method = methodOf(fields);
  if (method === undefined) {
    if (Object.keys(fields).every((name) => name === 'id') && id === 0) {
      return { type: 'pong', id };
    }
    throw new BadFrameError('a command without a known method');
  }
  if (id === 0 && method !== 'send') throw new BadFrameError(`${method} without an id`);
  return build({ id, method, request: fieldsOf(fields[method], method), line });
}

/**
 * Reads the commands of one JSON frame: objects joined by line feeds (one may stand at the end).
 *
 * @throws BadFrameError on anything else: close with 3501
 */
export function decodeCommands(frame: string): Command[] {
  const body = frame.endsWith('\n') ? frame.slice(0, -1) : frame;
  return body.includes('\n') ? body.split('\n').map(decodeLine) : [decodeLine(body)];
}
