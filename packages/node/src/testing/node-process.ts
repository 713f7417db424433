/** A node in a process of its own, for tests that kill it: `node node-process.ts '{"url":…}'`. Writes what happens as JSON lines. */
import { createNodeAgent, type CreateNodeAgentOptions } from '../index.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as CreateNodeAgentOptions;
const write = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const node = createNodeAgent({ ...options, onEvent: write });
process.on('SIGTERM', () => void node.drain(5_000));
const end = await node.run();
write({ type: 'end', end });
