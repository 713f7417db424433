export { jobsOf } from './actors/jobs-of.ts';
export { createFleetActors } from './create-fleet-actors.ts';
export type {
  FleetActors,
  FleetActorsInput,
  FleetKind,
  VersionedSimulation,
} from './create-fleet-actors.ts';
export { DEFAULT_FLEET_SETTINGS } from './fleet-settings.ts';
export type { FleetLimits, FleetSettings, Verification } from './fleet-settings.ts';
export { DEFAULT_NODE_TIMES } from './fleet-times.ts';
export type { FleetMessage, FleetQuestion, NodePage } from './messages/fleet-messages.ts';
export type { Trust } from './messages/grant-change.ts';
export type { JobsOfMessage, NodeCodeMessage } from './messages/index-messages.ts';
export type {
  FailureMessage,
  JobMessage,
  JobQuestion,
  ResultMessage,
  SubmitMessage,
} from './messages/job-messages.ts';
export type {
  AckMessage,
  LeaveMessage,
  NodeClaim,
  NodeMessage,
  NodeQuestion,
  RegisterMessage,
} from './messages/node-messages.ts';
export { resultDigest } from './result-digest.ts';
