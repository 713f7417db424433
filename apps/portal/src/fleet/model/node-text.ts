/** What nodes are said to be. Pure. */
import type { NodeAccess, NodeStatus, NodeView } from '@belfry/protocol';

export const NODE_STATUS_TEXTS: Readonly<Record<NodeStatus, string>> = {
  online: 'Online',
  suspect: 'Silent',
  offline: 'Offline',
  draining: 'Draining',
};

export function accessText(access: NodeAccess): string {
  switch (access.type) {
    case 'owner':
      return 'Its owner';
    case 'users':
      return access.users.length === 1
        ? 'Owner and 1 user'
        : `Owner and ${access.users.length} users`;
    case 'everyone':
      return 'Everyone';
  }
}

/** How far a node's results are believed. */
export function trustText({ trust, disagreed }: Pick<NodeView, 'trust' | 'disagreed'>): string {
  if (trust >= 1) return 'Trusted';
  if (trust > 0) return `${Math.floor(trust * 100)} %`;
  return disagreed > 0 ? 'Lost' : 'New';
}

/** What all nodes that are shown do together. */
export function fleetRate(nodes: readonly NodeView[]): number {
  return nodes.reduce((sum, { status, rate }) => sum + (status === 'offline' ? 0 : rate), 0);
}

/** `ann, bob` → two users; repetitions and blanks go. */
export function usersFrom(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((user) => user !== ''))];
}

/** What makes this machine a node of one's own. */
export function nodeCommand(url: string, claim: string): string {
  return `npx belfry node --url ${url} --claim ${claim}`;
}
