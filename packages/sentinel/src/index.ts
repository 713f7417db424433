export { DEFAULT_NODE_TIMES } from './fleet-times.ts';
