export { jobsOf } from './actors/jobs-of.ts';
export type { FleetMeter } from './actors/fleet-meter.ts';
export type { VersionedSimulation } from './actors/actors-input.ts';
export type { ApiMeter } from './api/api-meter.ts';
export { createBeaconBackend, type BeaconBackend } from './api/beacon-backend.ts';
export type { Endpoint, PathParams } from './api/endpoint.ts';
export { createFleetApi, FLEET_ENDPOINTS, type FleetApi } from './api/fleet-api.ts';
export { FleetError } from './api/fleet-error.ts';
export type { EventSink, FleetAnswer, FleetRequest } from './api/fleet-request.ts';
export type { ApiLimits, ServedSimulation } from './api/fleet-service.ts';
export { OPERATOR, type Identity, type IdentityFault, type Person } from './api/identity.ts';
export { describeFleetApi } from './api/open-api.ts';
export { createFleetActors } from './create-fleet-actors.ts';
export type { FleetActors, FleetActorsInput, FleetKind } from './create-fleet-actors.ts';
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
