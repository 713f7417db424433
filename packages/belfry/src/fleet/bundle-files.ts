import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BundleReply, BundleRequest } from './bundle-process.ts';

/** How long all of it may take, in ms. */
const TIMEOUT_MS = 120_000;

/** Bundles the simulations of modules in a process of its own. Gives, by file, their codes or what is wrong. */
export async function bundleFiles(
  files: readonly string[],
): Promise<ReadonlyMap<string, BundleReply>> {
  if (files.length === 0) return new Map();
  const isSource = import.meta.url.endsWith('.ts');
  const program = isSource ? './bundle-process.ts' : './bundle-process.js';
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const replies = new Map<string, BundleReply>();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-2_000);
  });
  child.on('message', (reply: BundleReply) => replies.set(reply.file, reply));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(new Error(`it was not bundled within ${TIMEOUT_MS / 1_000} s`));
  }, TIMEOUT_MS);
  child.once('error', reject);
  child.once('close', () => resolve());
  const request: BundleRequest = { files };
  child.send(request);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
  const missing = files.filter((file) => !replies.has(file));
  for (const file of missing) {
    const problem = `the bundler ended without an answer${said === '' ? '' : `: ${said.trim()}`}`;
    replies.set(file, { file, problem });
  }
  return replies;
}
