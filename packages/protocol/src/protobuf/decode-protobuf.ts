import { BadFrameError } from '../bad-frame-error.ts';
import type {
  Command,
  ConnectRequest,
  HistoryRequest,
  Payload,
  RecoverRequest,
  SubscribeRequest,
} from '../command.ts';
import { CUT_FILTER_NODE, MAX_FILTER_DEPTH, type TagsFilterNode } from '../tags-filter.ts';
import { payloadOf } from './payload.ts';
import { ProtoReader } from './proto-reader.ts';

/**
 * Commands in Protobuf. Field numbers: the public definition `client.proto` of the Centrifugo protocol. Fields that are not known are
 * passed over; of a field that comes twice the last counts.
 */

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** One entry of a map field: calls `value` with the reader at the field 2. Returns the key. */
function mapKey(reader: ProtoReader, name: string, value: () => void): string {
  const outer = reader.enter(name);
  let key = '';
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) key = reader.string(name);
    else if (field === 2) value();
    else reader.skip();
  }
  reader.leave(outer);
  return key;
}

function addHeader(reader: ProtoReader, headers: Map<string, string>): void {
  let value = '';
  const key = mapKey(reader, 'headers', () => {
    value = reader.string('a header');
  });
  headers.set(key, value);
}

function addSub(reader: ProtoReader, subs: Map<string, RecoverRequest>): void {
  let value: RecoverRequest = { recover: false, offset: 0, epoch: '' };
  const key = mapKey(reader, 'subs', () => {
    const outer = reader.enter('a sub');
    const { recover, offset, epoch } = subscribeRequest(reader);
    reader.leave(outer);
    value = { recover, offset, epoch };
  });
  subs.set(key, value);
}

function connectRequest(reader: ProtoReader): ConnectRequest {
  const subs = new Map<string, RecoverRequest>();
  let headers: Map<string, string> | undefined;
  let payload: Payload = {};
  let token = '';
  let name = '';
  let version = '';
  while (!reader.done) {
    switch (reader.field()) {
      case 1:
        token = reader.string('token');
        break;
      case 2:
        payload = payloadOf(reader.bytes('data'));
        break;
      case 3:
        addSub(reader, subs);
        break;
      case 4:
        name = reader.string('name');
        break;
      case 5:
        version = reader.string('version');
        break;
      case 6:
        addHeader(reader, (headers ??= new Map<string, string>()));
        break;
      default:
        reader.skip();
    }
  }
  const request = { token, name, version, subs, ...payload };
  return headers === undefined ? request : { ...request, headers };
}

function filterNode(reader: ProtoReader, depth: number): TagsFilterNode {
  if (depth > MAX_FILTER_DEPTH) {
    reader.skip();
    return CUT_FILTER_NODE;
  }
  const outer = reader.enter('tf');
  const vals: string[] = [];
  const nodes: TagsFilterNode[] = [];
  const node = { op: '', key: '', cmp: '', val: '', vals, nodes };
  while (!reader.done) {
    switch (reader.field()) {
      case 1:
        node.op = reader.string('op');
        break;
      case 2:
        node.key = reader.string('key');
        break;
      case 3:
        node.cmp = reader.string('cmp');
        break;
      case 4:
        node.val = reader.string('val');
        break;
      case 5:
        vals.push(reader.string('vals'));
        break;
      case 6:
        nodes.push(filterNode(reader, depth + 1));
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return node;
}

function subscribeRequest(reader: ProtoReader): SubscribeRequest {
  const request: Writable<SubscribeRequest> = {
    channel: '',
    token: '',
    recover: false,
    offset: 0,
    epoch: '',
    positioned: false,
    recoverable: false,
    joinLeave: false,
    delta: '',
    flag: 0,
    type: 0,
  };
  let payload: Payload = {};
  while (!reader.done) {
    switch (reader.field()) {
      case 1:
        request.channel = reader.string('channel');
        break;
      case 2:
        request.token = reader.string('token');
        break;
      case 3:
        request.recover = reader.flag('recover');
        break;
      case 6:
        request.epoch = reader.string('epoch');
        break;
      case 7:
        request.offset = reader.unsigned64('offset');
        break;
      case 8:
        payload = payloadOf(reader.bytes('data'));
        break;
      case 9:
        request.positioned = reader.flag('positioned');
        break;
      case 10:
        request.recoverable = reader.flag('recoverable');
        break;
      case 11:
        request.joinLeave = reader.flag('join_leave');
        break;
      case 12:
        request.delta = reader.string('delta');
        break;
      case 13:
        request.tagsFilter = filterNode(reader, 1);
        break;
      case 14:
        request.flag = reader.signed('flag');
        break;
      case 15:
        request.type = reader.signed('type');
        break;
      default:
        reader.skip();
    }
  }
  return { ...request, ...payload };
}

function since(reader: ProtoReader): { offset: number; epoch: string } {
  const outer = reader.enter('since');
  const position = { offset: 0, epoch: '' };
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) position.offset = reader.unsigned64('offset');
    else if (field === 2) position.epoch = reader.string('epoch');
    else reader.skip();
  }
  reader.leave(outer);
  return position;
}

function historyRequest(reader: ProtoReader): HistoryRequest {
  const request: Writable<HistoryRequest> = { channel: '', limit: 0, reverse: false };
  while (!reader.done) {
    switch (reader.field()) {
      case 1:
        request.channel = reader.string('channel');
        break;
      case 7:
        request.limit = reader.signed('limit');
        break;
      case 8:
        request.since = since(reader);
        break;
      case 9:
        request.reverse = reader.flag('reverse');
        break;
      default:
        reader.skip();
    }
  }
  return request;
}

/** A string and a payload, whose fields are told: several requests are no more than that. */
function textAndData(
  reader: ProtoReader,
  name: string,
  fields: { readonly text: number; readonly data: number },
): { text: string; payload: Payload } {
  let text = '';
  let payload: Payload = {};
  while (!reader.done) {
    const field = reader.field();
    if (field === fields.text) text = reader.string(name);
    else if (field === fields.data) payload = payloadOf(reader.bytes('data'));
    else reader.skip();
  }
  return { text, payload };
}

const NO_FIELD = -1;
const CHANNEL_ONLY = { text: 1, data: NO_FIELD };
const CHANNEL_AND_DATA = { text: 1, data: 2 };
const METHOD_AND_DATA = { text: 2, data: 1 };
const DATA_ONLY = { text: NO_FIELD, data: 1 };

function channelRequest(reader: ProtoReader): { channel: string } {
  return { channel: textAndData(reader, 'channel', CHANNEL_ONLY).text };
}

function channelAndToken(reader: ProtoReader): { channel: string; token: string } {
  const request = { channel: '', token: '' };
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) request.channel = reader.string('channel');
    else if (field === 2) request.token = reader.string('token');
    else reader.skip();
  }
  return request;
}

/** The request in the field `field` of a command; `undefined`: no method has that number. */
function method(reader: ProtoReader, field: number): Command | undefined {
  const id = 0;
  switch (field) {
    case 4:
      return { type: 'connect', id, request: connectRequest(reader) };
    case 5:
      return { type: 'subscribe', id, request: subscribeRequest(reader) };
    case 6:
      return { type: 'unsubscribe', id, request: channelRequest(reader) };
    case 7: {
      const { text: channel, payload } = textAndData(reader, 'channel', CHANNEL_AND_DATA);
      return { type: 'publish', id, request: { channel, ...payload } };
    }
    case 8:
      return { type: 'presence', id, request: channelRequest(reader) };
    case 9:
      return { type: 'presence_stats', id, request: channelRequest(reader) };
    case 10:
      return { type: 'history', id, request: historyRequest(reader) };
    case 11:
      while (!reader.done) {
        reader.field();
        reader.skip();
      }
      return { type: 'ping', id };
    case 12:
      return { type: 'send', id, request: textAndData(reader, 'data', DATA_ONLY).payload };
    case 13: {
      const { text, payload } = textAndData(reader, 'method', METHOD_AND_DATA);
      return { type: 'rpc', id, request: { method: text, ...payload } };
    }
    case 14:
      return {
        type: 'refresh',
        id,
        request: { token: textAndData(reader, 'token', CHANNEL_ONLY).text },
      };
    case 15:
      return { type: 'sub_refresh', id, request: channelAndToken(reader) };
    default:
      return undefined;
  }
}

const FIRST_METHOD = 4;
const LAST_METHOD = 15;

function command(reader: ProtoReader): Command {
  let id = 0;
  let found: Writable<Command> | undefined;
  const outer = reader.enterDelimited();
  const empty = reader.done;
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) {
      id = reader.unsigned32('id');
    } else if (field >= FIRST_METHOD && field <= LAST_METHOD) {
      if (found !== undefined) throw new BadFrameError('a command with two methods');
      const inner = reader.enter('a request');
      found = method(reader, field);
      reader.leave(inner);
    } else {
      reader.skip();
    }
  }
  reader.leave(outer);
  if (found === undefined) {
    if (empty) return { type: 'pong', id: 0 };
    throw new BadFrameError('a command without a known method');
  }
  if (id === 0 && found.type !== 'send') throw new BadFrameError(`${found.type} without an id`);
  found.id = id;
  return found;
}

/**
 * Reads the commands of one Protobuf frame: each with its length before it.
 *
 * @throws BadFrameError on anything else: close with 3501
 */
export function decodeProtobufCommands(frame: Uint8Array): Command[] {
  if (frame.length === 0) throw new BadFrameError('an empty frame');
  const reader = new ProtoReader(frame);
  const commands: Command[] = [];
  while (!reader.done) commands.push(command(reader));
  return commands;
}
