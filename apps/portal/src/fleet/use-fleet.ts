import type { FleetJobs, FleetNodes } from '@belfry/client';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { asPageError, type PageError } from '../parts/page-error.ts';
import type { Session } from '../session/seat.ts';
import { fleetSeat, rememberedName } from '../session/session.ts';
import { useSession } from '../session/use-session.ts';

/** Who asks the fleet, and how. */
export interface Fleet {
  readonly session: Session;
  readonly jobs: FleetJobs;
  readonly nodes: FleetNodes;
}

/** What a guest is called who was never asked. */
const NOBODY = 'Guest';

/** Signs this browser's guest in, who is not asked for anything. Rejects with a `BelfryError`. */
export async function signInToFleet(): Promise<Session> {
  const name = rememberedName();
  return fleetSeat.signIn(name === '' ? NOBODY : name);
}

/** This browser's guest at the fleet. */
export function useFleet(): {
  /** `null`: not yet. */
  readonly fleet: Fleet | null;
  /** Why not; it is tried again only when `retry` is called. */
  readonly problem: PageError | null;
  retry(): void;
} {
  const session = useSession(fleetSeat);
  const [problem, setProblem] = useState<PageError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (session !== null) return;
    setProblem(null);
    signInToFleet().catch((error: unknown) => setProblem(asPageError(error)));
  }, [session, attempt]);
  const fleet = useMemo(() => {
    if (session === null) return null;
    const { jobs, nodes } = session.client;
    return { session, jobs, nodes };
  }, [session]);
  const retry = useCallback(() => setAttempt((was) => was + 1), []);
  return { fleet, problem, retry };
}
