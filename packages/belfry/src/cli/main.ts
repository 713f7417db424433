import { ConfigError } from '../config/config-error.ts';
import { didYouMean } from '../config/closest.ts';
import { VERSION } from '../run/package-version.ts';
import { type Command, CommandError, EXIT, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp, overview } from './help.ts';
import { parseArguments } from './parse-arguments.ts';

/** The command that `args` begin with. */
function findCommand(args: readonly string[]): Command | undefined {
  return COMMANDS.find(({ path }) => path.every((word, i) => args[i] === word));
}

function unknownCommand(args: readonly string[]): UsageError {
  const [first = '', second] = args;
  const group = COMMANDS.filter(({ path }) => path.length > 1 && path[0] === first);
  if (group.length > 0 && second !== undefined) {
    const hint = didYouMean(
      second,
      group.map(({ path }) => path[1] ?? ''),
    );
    return new UsageError(`unknown command "${first} ${second}".${hint}`);
  }
  const hint = didYouMean(
    first,
    COMMANDS.map(({ path }) => path[0] ?? ''),
  );
  return new UsageError(`unknown command "${first}".${hint}`);
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [first, second] = args;
  const asksHelp = args.includes('--help') || args.includes('-h');
  if (first === undefined || (first.startsWith('-') && asksHelp)) {
    console.log(overview(COMMANDS));
    return first === undefined ? EXIT.usage : EXIT.ok;
  }
  if (first === '--version' || first === '-v' || first === 'version') {
    console.log(VERSION);
    return EXIT.ok;
  }
  if (first === 'help') return dispatch([...args.slice(1), '--help']);
  const command = findCommand(args);
  if (command === undefined) {
    const isGroup = COMMANDS.some(({ path }) => path.length > 1 && path[0] === first);
    if (isGroup && (second === undefined || second.startsWith('-'))) {
      console.log(overview(COMMANDS, first));
      return asksHelp ? EXIT.ok : EXIT.usage;
    }
    throw unknownCommand(args);
  }
  if (asksHelp) {
    console.log(commandHelp(command));
    return EXIT.ok;
  }
  return command.run(parseArguments(command, args.slice(command.path.length)));
}

/** Runs the program; resolves with its exit code. Expected failures are told without a stack. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (error instanceof UsageError) {
      const words = ['belfry', ...(findCommand(args)?.path ?? []), '--help'];
      console.error(`belfry: ${error.message}\n\`${words.join(' ')}\` shows what there is.`);
      return EXIT.usage;
    }
    if (error instanceof ConfigError || error instanceof CommandError) {
      console.error(`belfry: ${error.message}`);
      return error instanceof ConfigError && error.isUsage ? EXIT.usage : EXIT.failed;
    }
    console.error(error);
    return EXIT.failed;
  }
}
