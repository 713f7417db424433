import { type Command, EXIT } from './command.ts';
import { CONFIG_FLAGS } from './config-flags.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';

/** `belfry centrifugo-config` */
export const centrifugoCommand: Command = {
  path: ['centrifugo-config'],
  summary: 'Print the config with which a Centrifugo v6 is the Beacon of this deployment.',
  flags: CONFIG_FLAGS,
  notes: [
    'It is made of this config: its namespaces, its keys of tokens, and `centrifugo`. Secrets are in it as they are. Add what concerns Centrifugo alone.',
  ],
  examples: [
    'belfry centrifugo-config --beacon centrifugo --set centrifugo.api_url=http://localhost:8000/api > centrifugo.json',
  ],
  async run(invocation) {
    const effective = await loadEffectiveConfig(invocation);
    const { configForCentrifugo } = await import('../centrifugo/config-for-centrifugo.ts');
    console.log(JSON.stringify(configForCentrifugo(effective), null, 2));
    return EXIT.ok;
  },
};
