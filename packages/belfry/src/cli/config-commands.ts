import { configMarkdown } from '../config/config-markdown.ts';
import { configTable, showConfig } from '../config/show-config.ts';
import { type Command, EXIT, hasFlag } from './command.ts';
import { CONFIG_FLAGS, JSON_FLAG } from './config-flags.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';
import { loadActors } from '../run/load-actors.ts';
import { ConfigError } from '../config/config-error.ts';

const check: Command = {
  path: ['config', 'check'],
  summary: 'Check the config and load the actors; exit 0 if all is well, else 1.',
  flags: [...CONFIG_FLAGS, JSON_FLAG],
  async run(invocation) {
    const asJson = hasFlag(invocation, 'json');
    try {
      const effective = await loadEffectiveConfig(invocation);
      const actors = await loadActors(effective);
      const { warnings } = effective;
      if (asJson) {
        console.log(JSON.stringify({ ok: true, problems: [], warnings }));
        return EXIT.ok;
      }
      for (const warning of warnings) console.error(`warning: ${warning}`);
      const kinds = actors.map(({ kind }) => kind).join(', ');
      console.log(`The config is good. Actors: ${kinds === '' ? 'none' : kinds}.`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof ConfigError) || !asJson) throw error;
      console.log(JSON.stringify({ ok: false, problems: error.problems, warnings: [] }));
      return error.isUsage ? EXIT.usage : EXIT.failed;
    }
  },
};

const print: Command = {
  path: ['config', 'print'],
  summary: 'Print every setting as it is in force and where it comes from; secrets are masked.',
  flags: [...CONFIG_FLAGS, JSON_FLAG],
  async run(invocation) {
    const effective = await loadEffectiveConfig(invocation);
    const rows = showConfig(effective);
    for (const warning of effective.warnings) console.error(`warning: ${warning}`);
    console.log(hasFlag(invocation, 'json') ? JSON.stringify(rows, null, 2) : configTable(rows));
    return EXIT.ok;
  },
};

const docs: Command = {
  path: ['config', 'docs'],
  summary: 'Print what every setting means, as Markdown.',
  flags: [],
  run() {
    process.stdout.write(configMarkdown());
    return Promise.resolve(EXIT.ok);
  },
};

export const configCommands: readonly Command[] = [check, print, docs];
