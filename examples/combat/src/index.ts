export * from './character/character.ts';
export { checkCharacter, parseCharacter } from './character/check.ts';
export type { Checked } from './character/check.ts';
export * from './character/stats.ts';
export * from './combat-error.ts';
export * from './catalog/catalog.ts';
export * from './catalog/model.ts';
export * from './fight.ts';
export type { Sink } from './engine/sink.ts';
export * from './gear/combinations.ts';
export * from './gear/drops.ts';
export * from './result/compare.ts';
export * from './result/merge.ts';
export * from './result/result.ts';
export * from './result/summarize.ts';
export { checkRotation, completionsAt, hoverAt, rotationEntries } from './rotation/editor.ts';
export type { Completions, Entry, Hover } from './rotation/editor.ts';
export { format as formatRotation } from './rotation/format.ts';
export * from './rotation/highlight.ts';
export * from './rotation/problem.ts';
export type {
  BestInBagsRequest,
  BestInBagsSummary,
  RankedSet,
} from './simulations/best-in-bags.ts';
export type {
  DropOptimizerRequest,
  DropOptimizerSummary,
  RankedDrop,
} from './simulations/drop-optimizer.ts';
export * from './simulations/max-combinations.ts';
export type { QuickSimRequest } from './simulations/quick-sim.ts';
export type { QuickSimSummary } from './simulations/quick-sim-summary.ts';
