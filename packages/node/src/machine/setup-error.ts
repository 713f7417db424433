/** What keeps a node from being started; the message names the option or the file, the problem, and what to do. */
export class NodeSetupError extends Error {
  override readonly name = 'NodeSetupError';
}
