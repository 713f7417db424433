export type { AgentSnapshot } from '../core/agent-snapshot.ts';
export type { AgentState, Pause } from '../core/agent-events.ts';
export type { TabPauses } from './tab-conditions.ts';
export {
  createTabNode,
  defaultTabSlots,
  type TabNode,
  type TabNodeOptions,
  type TabNodeState,
  type TabPhase,
} from './tab-node.ts';
