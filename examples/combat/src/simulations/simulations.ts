/** What a fleet is given to run. */
export { bestInBags } from './best-in-bags.ts';
export { dropOptimizer } from './drop-optimizer.ts';
export { quickSim } from './quick-sim.ts';
