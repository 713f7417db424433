export { runBlocks, runChunk, type ChunkWork } from '../core/run-chunk.ts';
