/**
 * What the module of a simulation needs, and nothing else: `import { defineSimulation } from 'belfry/simulation'`. It runs in browsers too.
 */
export {
  barsOf,
  defineSimulation,
  mergeMoments,
  mergeSketches,
  momentsOf,
  quantileOf,
  sketchOf,
  standardDeviationOf,
  standardErrorOf,
} from '@belfry/protocol';
export type {
  BlockRun,
  InputOf,
  Json,
  Moments,
  PlanContext,
  QuantileSketch,
  RoundPlan,
  Simulation,
  SubmittedOf,
  SummaryOf,
} from '@belfry/protocol';
