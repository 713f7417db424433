import type { BeaconConfig } from '@belfry/beacon';
import { expectTypeOf, test } from 'vitest';
import { counter } from '../testing/counter.ts';
import { defineConfig } from './define-config.ts';
import type { BelfryConfig } from './schema.ts';

type Exact<T> = Required<NonNullable<T>>;

test('the config has every setting of the Beacon', () => {
  expectTypeOf<keyof Exact<BeaconConfig['client']>>().toExtend<
    keyof Exact<BelfryConfig['client']>
  >();
  expectTypeOf<keyof Exact<BeaconConfig['channel']>>().toExtend<
    keyof Exact<BelfryConfig['channel']>
  >();
  type Namespace = Exact<Exact<BelfryConfig['channel']>['namespaces']>[number];
  type OfBeacon = Exact<Exact<BeaconConfig['channel']>['namespaces']>[number];
  expectTypeOf<keyof OfBeacon>().toExtend<keyof Namespace>();
});

test('a config that is wrong does not compile', () => {
  defineConfig({ actors: [counter, './more.ts'], client: { ping_interval: '10s' } });
  // @ts-expect-error a duration is a text
  defineConfig({ client: { ping_interval: 10 } });
  // @ts-expect-error no such section
  defineConfig({ clients: {} });
  // @ts-expect-error no such role
  defineConfig({ roles: ['beacn'] });
});
