export type { AgentEnd, AgentNotice, AgentState, Pause } from './core/agent-events.ts';
export type { AgentCounts, AgentSnapshot } from './core/agent-snapshot.ts';
export { ChunkError, type ChunkExecutor, type ChunkRun, FinishedChunk } from './agent/ports.ts';
export {
  type BelfryNode,
  createNodeAgent,
  type CreateNodeAgentOptions,
  defaultSlots,
} from './machine/create-node-agent.ts';
export type { ConditionLimits } from './machine/machine-conditions.ts';
export { NodeSetupError } from './machine/setup-error.ts';
