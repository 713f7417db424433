import type { Divert } from '@belfry/actors';
import { wantsDelta, type ActorKey } from '@belfry/protocol';
import type { ActorPublication, Send } from '@belfry/store';
import { relayActors } from './relay-actors.ts';

export interface DivertOptions {
  readonly partitions: number;
  /** The most publications that may wait in one relay. */
  readonly queueLimit: number;
}

/** Answers to asks are heard by the process that asked, in the store. */
function staysHere(channel: string): boolean {
  return channel.startsWith('reply:');
}

/** A command of Centrifugo's `batch`, as JSON text; the stored body's members go into it as they are. */
function publishCommand({ channel, body }: ActorPublication): string {
  const delta = wantsDelta(body) ? ',"delta":true' : '';
  return `{"publish":{"channel":${JSON.stringify(channel)}${delta},${body.slice(1)}}`;
}

function forgetCommand(channel: string): string {
  return `{"history_remove":{"channel":${JSON.stringify(channel)}}}`;
}

/** What a life that ended published last is to be forgotten with the rest of it (the engine marks it so). */
function isDying({ history }: ActorPublication): boolean {
  return history.size > 0 && history.ttlMs <= 1;
}

/** In the order in which a subscriber is to see them take effect. */
function commandsOf(
  publications: readonly ActorPublication[],
  forget: readonly string[],
): string[] {
  if (forget.length === 0) return publications.map(publishCommand);
  const dying = publications.filter((each) => forget.includes(each.channel) && isDying(each));
  const others = publications.filter((each) => !dying.includes(each));
  return [
    ...dying.map(publishCommand),
    ...forget.map(forgetCommand),
    ...others.map(publishCommand),
  ];
}

/** Makes of what a turn publishes messages to the relay of its partition. */
export function divertToRelays({ partitions, queueLimit }: DivertOptions): Divert {
  const relayOf = relayActors(partitions);
  return (actor, { publications, sends, forget }) => {
    if (publications.length + forget.length === 0) return { publications, sends, forget };
    const away = publications.filter(({ channel }) => !staysHere(channel));
    const to = relayOf(actor);
    const relayed = commandsOf(away, forget).map((command): Send => {
      return { to, body: messageOf(actor, command), inboxLimit: queueLimit };
    });
    return {
      publications: publications.filter(({ channel }) => staysHere(channel)),
      sends: [...sends, ...relayed],
      forget: [],
    };
  };
}

function messageOf(actor: ActorKey, command: string): string {
  const from = `{"type":"actor","actor":${JSON.stringify(actor)}}`;
  return `{"type":"message","from":${from},"data":${command}}`;
}
