import type { Command } from './command.ts';
import { configCommands } from './config-commands.ts';
import { tokenCommand } from './token-command.ts';

/** Everything the program can do, in the order of its help. */
export const COMMANDS: readonly Command[] = [tokenCommand, ...configCommands];
