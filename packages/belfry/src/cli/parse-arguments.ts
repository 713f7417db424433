import { parseArgs } from 'node:util';
import { type Assignment, readText } from '../config/assignment.ts';
import { didYouMean } from '../config/closest.ts';
import { ALL_FIELDS } from '../config/walk-schema.ts';
import { type Command, type FlagSpec, type Invocation, UsageError } from './command.ts';

/** Flags of every command. */
export const COMMON_FLAGS: readonly FlagSpec[] = [{ name: 'help', doc: 'Show this help.' }];

const fieldOf = new Map(ALL_FIELDS.map((field) => [field.path, field]));

/** `--set client.ping_interval=10s` */
function readSet(text: string): Assignment {
  const equals = text.indexOf('=');
  if (equals < 0) throw new UsageError(`--set: got "${text}"; write --set FIELD=VALUE.`);
  const path = text.slice(0, equals);
  const field = fieldOf.get(path);
  if (field === undefined) {
    throw new UsageError(
      `--set ${path}: there is no such field.${didYouMean(path, [...fieldOf.keys()])}`,
    );
  }
  return { path, value: readText(field, text.slice(equals + 1)), origin: `--set ${path}` };
}

function assignmentOf(
  spec: FlagSpec,
  values: readonly (string | boolean)[],
): Assignment | undefined {
  if (spec.field === undefined) return undefined;
  const field = fieldOf.get(spec.field);
  if (field === undefined) throw new Error(`--${spec.name} sets ${spec.field}, which there is not`);
  const origin = `--${spec.name}`;
  const path = spec.field;
  if (spec.name === 'dev') return { path, value: 'development', origin };
  if (field.kind === 'list') {
    return { path, value: values.flatMap((text) => readText(field, String(text))), origin };
  }
  const last = values.at(-1);
  return { path, value: typeof last === 'string' ? readText(field, last) : last, origin };
}

/** Reads the arguments that follow the name of a command. Throws a `UsageError`. */
export function parseArguments(command: Command, args: readonly string[]): Invocation {
  const specs = new Map([...command.flags, ...COMMON_FLAGS].map((spec) => [spec.name, spec]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(
        [...specs.values()].map(({ name, value }) => [
          name,
          { type: value === undefined ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
  });

  const flags = new Map<string, (string | boolean)[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const negated = token.name.startsWith('no-') ? specs.get(token.name.slice(3)) : undefined;
    const spec =
      specs.get(token.name) ??
      (negated?.value === undefined && negated?.field ? negated : undefined);
    if (spec === undefined) {
      const hint = didYouMean(
        token.rawName,
        [...specs.keys()].map((name) => `--${name}`),
      );
      throw new UsageError(`unknown flag ${token.rawName}.${hint}`);
    }
    const given = flags.get(spec.name) ?? [];
    flags.set(spec.name, given);
    given.push(valueOf(spec, token));
  }
  checkPositionals(command, positionals);
  const assignments = [...flags].flatMap(([name, values]) => {
    if (name === 'set') return values.map((text) => readSet(String(text)));
    const spec = specs.get(name);
    return spec === undefined ? [] : (assignmentOf(spec, values) ?? []);
  });
  return { flags, positionals, assignments };
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function valueOf(spec: FlagSpec, { rawName, value, inlineValue }: OptionToken): string | boolean {
  if (spec.value === undefined) {
    if (value === undefined) return !rawName.startsWith('--no-');
    // A switch of the config may be told its value: `--guests=false`.
    if (spec.field !== undefined) return value;
    throw new UsageError(`${rawName} takes no value.`);
  }
  const looksLikeFlag = inlineValue !== true && value?.startsWith('--') === true;
  if (value === undefined || looksLikeFlag) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}.`);
  }
  return value;
}

function checkPositionals(command: Command, positionals: readonly string[]): void {
  const args = command.args ?? [];
  const required = args.filter((arg) => !arg.startsWith('['));
  const missing = required[positionals.length];
  const extra = positionals[args.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  if (extra !== undefined && args.at(-1)?.endsWith('...]') !== true) {
    throw new UsageError(`"${extra}" is one argument too many.`);
  }
}
