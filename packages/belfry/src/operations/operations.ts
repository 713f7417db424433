import {
  dropDeadLetters,
  listActors,
  listDeadLetters,
  redriveDeadLetters,
  resumeActor,
  showActor,
} from './actor-operations.ts';
import { sendToActor } from './send-operation.ts';
import { publish, readHistory, readPresence, showChannel } from './channel-operations.ts';
import {
  disconnectUser,
  listBusyChannels,
  listChannels,
  listConnections,
  listNodes,
  readOverview,
} from './connection-operations.ts';

/** Operations by the name they have in the admin API. */
export const OPERATIONS = {
  'actors.list': listActors,
  'actors.show': showActor,
  'actors.dead_letters': listDeadLetters,
  'actors.redrive': redriveDeadLetters,
  'actors.drop': dropDeadLetters,
  'actors.resume': resumeActor,
  'actors.send': sendToActor,
  'channels.publish': publish,
  'channels.history': readHistory,
  'channels.presence': readPresence,
  'channels.show': showChannel,
  'channels.list': listChannels,
  'channels.busy': listBusyChannels,
  'connections.list': listConnections,
  'connections.disconnect': disconnectUser,
  'nodes.list': listNodes,
  overview: readOverview,
} as const;

export type OperationName = keyof typeof OPERATIONS;

/** What an operation takes, as it is written. */
export type OperationInput<N extends OperationName> =
  (typeof OPERATIONS)[N]['input']['_zod']['input'];

/** What an operation gives. */
export type OperationResult<N extends OperationName> = Awaited<
  ReturnType<(typeof OPERATIONS)[N]['run']>
>;
