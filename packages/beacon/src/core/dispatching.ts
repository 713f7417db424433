import { disconnects, payloadJson, type Command } from '@belfry/protocol';
import { callMethod } from './calling.ts';
import { costOf } from './command-cost.ts';
import { publish } from './publishing.ts';
import { askHistory, askPresence } from './reading.ts';
import type { Session } from './session.ts';
import { startSubRefresh, startSubscribe } from './subscribing.ts';

/** Begins what a connected client wants. */
export function dispatch(session: Session, command: Command): void {
  switch (command.type) {
    case 'pong':
      if (session.pongBy === 0) session.close(disconnects.badRequest);
      session.pongBy = 0;
      return;
    case 'connect':
      session.close(disconnects.badRequest);
      return;
    case 'ping':
      session.reply({ type: 'ping', id: command.id });
      return;
    case 'send':
      if (!session.context.takesMessages) session.close(disconnects.notAvailable);
      else session.perform({ type: 'message', data: payloadJson(command.request) });
      return;
    case 'rpc':
      callMethod(session, command);
      return;
    case 'refresh':
      refresh(session, command.id, command.request.token);
      return;
    case 'subscribe':
    case 'unsubscribe':
    case 'publish':
    case 'presence':
    case 'presence_stats':
    case 'history':
    case 'sub_refresh':
      onChannel(session, command);
  }
}

function refresh(session: Session, id: number, token: string): void {
  // Where a backend says how long connections last, clients have nothing to say.
  if (session.context.proxies.refresh || token === '') session.close(disconnects.badRequest);
  else session.perform({ type: 'verify', use: 'refresh', id, token, channel: '' });
}

function onChannel(
  session: Session,
  command: Extract<Command, { request: { channel: string } }>,
): void {
  const { channel } = command.request;
  if (channel === '') {
    session.close(disconnects.badRequest);
    return;
  }
  const subscription = session.subscriptions.get(channel);
  if (subscription?.state === 'pending') {
    // A second subscribe is a mistake, unless an unsubscribe stands between the two.
    const again = command.type !== 'subscribe' || subscription.deferred !== null;
    if (again) {
      (subscription.deferred ??= []).push(command);
      session.begin(costOf(command));
      return;
    }
  }
  switch (command.type) {
    case 'subscribe':
      startSubscribe(session, command.id, command.request);
      return;
    case 'unsubscribe':
      if (subscription !== undefined) session.end(subscription);
      session.reply({ type: 'unsubscribe', id: command.id });
      return;
    case 'publish':
      publish(session, command.id, command.request);
      return;
    case 'presence':
    case 'presence_stats':
      askPresence(session, command);
      return;
    case 'history':
      askHistory(session, command.id, command.request);
      return;
    case 'sub_refresh':
      startSubRefresh(session, command.id, command.request);
  }
}
