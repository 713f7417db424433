/** What the run and its agent processes say to each other: JSON over HTTP, `POST /fault` and `GET /figures`. */

/** One node identity, as it is set up. */
export interface NodePlan {
  /** Unique in the run. */
  readonly number: number;
  readonly claim: string;
  readonly slots: number;
  /** 1 is what is usual. */
  readonly speed: number;
  /** It never tells the truth for long. */
  readonly liar: boolean;
}

/** The first argument of an agent process, as JSON. */
export interface AgentsPlan {
  /** Where its nodes keep their keys and results. */
  readonly dir: string;
  readonly sentinels: readonly string[];
  readonly beacons: readonly string[];
  readonly nodes: readonly NodePlan[];
  /** How long after its attempt is over a late answer comes, in ms. */
  readonly lateMs: number;
}

export const NODE_FAULTS = [
  /** It is gone without a word, and comes back with what it kept. */
  'die',
  /** Nothing of it moves: neither its work nor its connections. */
  'freeze',
  /** It works on, and nobody hears of it: what is sent waits. */
  'silence',
  /** The same, and every connection is refused. */
  'cut',
  /** A tenth of its speed. */
  'slow',
  /** Its results are sent a second time, by somebody who has its key. */
  'twice',
  /** Its results are kept back until nobody wants them any more, and sent then. */
  'late',
] as const;

export type NodeFault = (typeof NODE_FAULTS)[number];

/** While these last nothing is heard of the node. */
export const SILENT_FAULTS: ReadonlySet<NodeFault> = new Set(['die', 'freeze', 'silence', 'cut']);

export interface FaultOrder {
  readonly number: number;
  readonly fault: NodeFault;
  readonly forMs: number;
}

/** Of all nodes of a process since it started. */
export interface AgentFigures {
  /** By the node's number: its id. */
  readonly ids: Readonly<Record<number, string>>;
  /** Chunks that were run to their end; and of these, the ones that were told wrong. */
  readonly ran: number;
  readonly lies: number;
  /** Results that were sent again, or after their attempt was over. */
  readonly sentTwice: number;
  readonly sentLate: number;
  /** How often a node could not be made, or ended by itself; what it said then. */
  readonly failures: readonly string[];
}
