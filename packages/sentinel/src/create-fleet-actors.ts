import type { ActorDefinition, AnyActorDefinition, Schema } from '@belfry/actors';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ActorsInput, VersionedSimulation } from './actors/actors-input.ts';
import { FleetMeter } from './actors/fleet-meter.ts';
import { createFleetActor } from './actors/fleet.ts';
import { createJobActor } from './actors/job.ts';
import { createJobsOfActor } from './actors/jobs-of.ts';
import { createNodeActor } from './actors/node.ts';
import { createNodeCodeActor } from './actors/node-code.ts';
import { DEFAULT_FLEET_SETTINGS, type FleetSettings } from './fleet-settings.ts';
import type { FleetMessage } from './messages/fleet-messages.ts';
import type { JobsOfMessage, NodeCodeMessage } from './messages/index-messages.ts';
import type { JobMessage } from './messages/job-messages.ts';
import type { NodeMessage } from './messages/node-messages.ts';

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
  readonly meter: FleetMeter;
  /** All of them, for a runner. */
  readonly actors: readonly AnyActorDefinition[];
}

/** Makes the kinds of actors that are the Sentinel. */
export function createFleetActors(input: FleetActorsInput): FleetActors {
  const { simulations, settings = DEFAULT_FLEET_SETTINGS } = input;
  const meter = new FleetMeter();
  const shared: ActorsInput = { simulations, settings, meter };
  const fleet = createFleetActor(shared);
  const job = createJobActor(shared);
  const node = createNodeActor(shared);
  const jobsOf = createJobsOfActor(shared);
  const nodeCode = createNodeCodeActor();
  const actors = [fleet, job, node, jobsOf, nodeCode];
  return { fleet, job, node, jobsOf, nodeCode, meter, actors };
}
