import { adminCommands } from './admin-commands.ts';
import { actorCommands } from './actor-commands.ts';
import { channelCommands } from './channel-commands.ts';
import { centrifugoCommand } from './centrifugo-command.ts';
import type { Command } from './command.ts';
import { configCommands } from './config-commands.ts';
import { jobCommands } from './fleet/job-commands.ts';
import { nodeCommands } from './fleet/node-commands.ts';
import { infoCommand } from './info-command.ts';
import { nodeCommand } from './node-command.ts';
import { startCommand } from './start-command.ts';
import { tokenCommand } from './token-command.ts';

/** Everything the program can do, in the order of its help. */
export const COMMANDS: readonly Command[] = [
  startCommand,
  nodeCommand,
  tokenCommand,
  infoCommand,
  ...configCommands,
  centrifugoCommand,
  ...actorCommands,
  ...channelCommands,
  ...jobCommands,
  ...nodeCommands,
  ...adminCommands,
];
