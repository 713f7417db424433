import {
  defineActor,
  type ActorDefinition,
  type AnyActorDefinition,
  type Schema,
} from '@belfry/actors';
import type { AnySimulation } from '@belfry/protocol';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DEFAULT_FLEET_SETTINGS, type FleetSettings } from './fleet-settings.ts';
import { fleetMessage, type FleetMessage } from './messages/fleet-messages.ts';
import {
  jobsOfMessage,
  nodeCodeMessage,
  type JobsOfMessage,
  type NodeCodeMessage,
} from './messages/index-messages.ts';
import { jobMessage, type JobMessage } from './messages/job-messages.ts';
import { nodeMessage, type NodeMessage } from './messages/node-messages.ts';

/** A simulation with the version of its code: `sha256-` and 64 hexadecimal digits. */
export interface VersionedSimulation {
  readonly version: string;
  readonly simulation: AnySimulation;
}

export interface FleetActorsInput {
  /** By name. */
  readonly simulations: ReadonlyMap<string, VersionedSimulation>;
  /** Default `DEFAULT_FLEET_SETTINGS`. */
  readonly settings?: FleetSettings;
}

/** A kind that only the deployment and other actors reach. */
export type FleetKind<Kind extends string, Message> = ActorDefinition<
  Kind,
  // oxlint-disable-next-line typescript/no-explicit-any
  any,
  undefined,
  undefined,
  undefined,
  Schema<Message> & StandardSchemaV1<Message, Message>
>;

export interface FleetActors {
  readonly fleet: FleetKind<'fleet', FleetMessage>;
  /** Created explicitly. */
  readonly job: FleetKind<'job', JobMessage>;
  /** Created explicitly. */
  readonly node: FleetKind<'node', NodeMessage>;
  readonly jobsOf: FleetKind<'jobs-of', JobsOfMessage>;
  readonly nodeCode: FleetKind<'node-code', NodeCodeMessage>;
  /** All of them, for a runner. */
  readonly actors: readonly AnyActorDefinition[];
}

/** Makes the kinds of actors that are the Sentinel. */
export function createFleetActors(input: FleetActorsInput): FleetActors {
  const { simulations, settings = DEFAULT_FLEET_SETTINGS } = input;
  void simulations;
  void settings;
  const job: FleetActors['job'] = defineActor('job', {
    internal: jobMessage,
    creation: 'explicit',
    inboxLimit: 4_000,
    initial: () => ({}),
  });
  const node: FleetActors['node'] = defineActor('node', {
    internal: nodeMessage,
    creation: 'explicit',
    initial: () => ({}),
  });
  const fleet: FleetActors['fleet'] = defineActor('fleet', {
    internal: fleetMessage,
    inboxLimit: 20_000,
    initial: () => ({}),
  });
  const jobsOf: FleetActors['jobsOf'] = defineActor('jobs-of', {
    internal: jobsOfMessage,
    initial: () => ({}),
  });
  const nodeCode: FleetActors['nodeCode'] = defineActor('node-code', {
    internal: nodeCodeMessage,
    initial: () => ({}),
  });
  return { fleet, job, node, jobsOf, nodeCode, actors: [fleet, job, node, jobsOf, nodeCode] };
}
