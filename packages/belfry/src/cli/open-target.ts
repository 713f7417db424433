import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shareChannels, type Store } from '@belfry/store';
import { createAdminClient, ServerGoneError } from '../admin/admin-client.ts';
import { announcedServer } from '../admin/running-server.ts';
import { beaconConfigOf } from '../config/beacon-config.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import { createLogger } from '../log/logger.ts';
import { checkPublications, follow } from '../operations/channel-operations.ts';
import { InputError, type OperationContext, OperationError } from '../operations/operation.ts';
import type { OperationInput, OperationName, OperationResult } from '../operations/operations.ts';
import { runOperation } from '../operations/run-operation.ts';
import { channelNamespaces } from '../run/channel-namespaces.ts';
import { historyPolicies } from '../run/history-policies.ts';
import { loadActors } from '../run/load-actors.ts';
import { openStore } from '../run/open-store.ts';
import { StartError } from '../run/start-error.ts';
import { loadSecrets } from '../secrets/secrets.ts';
import { CommandError, type Invocation, UsageError } from './command.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';
import type { StoreTarget } from './store-target.ts';

/** What people see of an error that they can do something about. */
async function told<T>(action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message, { cause: error });
    if (error instanceof OperationError || error instanceof ServerGoneError) {
      throw new CommandError(error.message, { cause: error });
    }
    throw error;
  }
}

function onServer(url: string, secret: string): StoreTarget {
  const client = createAdminClient(url, secret);
  return {
    run: async <N extends OperationName>(name: N, input: OperationInput<N>) =>
      (await told(client.run(name, input))) as OperationResult<N>,
    subscribe: (channel, sink, listening) => told(client.subscribe(channel, sink, listening)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function onStore(store: Store, effective: EffectiveConfig): StoreTarget {
  const share = shareChannels(store.channels);
  const config = beaconConfigOf(effective);
  const context: OperationContext = {
    actors: store.actors,
    channels: share(),
    namespaces: channelNamespaces(config),
    historyPolicyOf: historyPolicies(config),
    definitions: () => loadActors(effective),
  };
  return {
    run: async <N extends OperationName>(name: N, input: OperationInput<N>) =>
      (await told(runOperation(name, context, input))) as OperationResult<N>,
    async subscribe(channel, sink, { signal, onListening }) {
      await told((async () => checkPublications(context, channel))());
      const stop = await follow(share(), { channel }, sink);
      onListening();
      if (!signal.aborted) {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
      }
      await stop();
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Whether a server answers there and takes the secret. */
async function answers(target: StoreTarget): Promise<boolean> {
  try {
    await target.run('actors.list', { limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.cause instanceof ServerGoneError) return false;
    throw error;
  }
}

/**
 * Opens what the operations of a command need: Redis itself, or for the embedded store the server that runs on the data directory, or the
 * directory itself when none does. Throws a `CommandError`.
 */
export async function findTarget(invocation: Invocation): Promise<StoreTarget> {
  const effective = await loadEffectiveConfig(invocation);
  const { config } = effective;
  if (config.redis.url === undefined) {
    const server = announcedServer(config.data_dir);
    if (server !== undefined) {
      const { admin } = loadSecrets(config);
      const target = onServer(server.url, admin ?? '');
      if (await answers(target)) return target;
    }
    if (!existsSync(join(config.data_dir, 'belfry.db'))) {
      throw new CommandError(
        `there is no store in ${config.data_dir}. Name its directory with --data-dir, or Redis with --redis.`,
      );
    }
  }
  try {
    const log = createLogger({ level: 'warn', format: config.log.format });
    return onStore(await openStore(config, { log }), effective);
  } catch (error) {
    if (error instanceof StartError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
