/** Where progress of a job is told; its history is the latest `JobView`. */
export function jobChannel(job: string): string {
  return `job:${job}`;
}

/** Where a node is told of its attempts. Only that node may subscribe. */
export function nodeChannel(node: string): string {
  return `node:${node}`;
}

/** Announcements to all. */
export const BROADCAST_CHANNEL = 'broadcast';

/** The user of a node's connection token. */
export function nodeUser(node: string): string {
  return `node:${node}`;
}
