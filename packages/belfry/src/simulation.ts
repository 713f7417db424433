/**
 * What the module of a simulation needs, and nothing else: `import { defineSimulation } from 'belfry/simulation'`. It runs in browsers too.
 */
export { defineSimulation } from '@belfry/protocol';
export type {
  BlockRun,
  InputOf,
  Json,
  PlanContext,
  RoundPlan,
  Simulation,
  SubmittedOf,
  SummaryOf,
} from '@belfry/protocol';
