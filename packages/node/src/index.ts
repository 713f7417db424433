export { runChunk } from './core/run-chunk.ts';
