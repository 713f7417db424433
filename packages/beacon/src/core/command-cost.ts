import { payloadLength, type Command, type Payload } from '@belfry/protocol';

/** What a command weighs while it is under way. */
export function costOf(command: Command): number {
  return 512 + ('request' in command ? payloadLength(command.request as Payload) : 0);
}
