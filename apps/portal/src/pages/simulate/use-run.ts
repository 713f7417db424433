import type { SubmitRequest } from '@belfry/protocol';
import { useRef, useState } from 'preact/hooks';
import type { Fleet } from '../../fleet/use-fleet.ts';
import { asPageError } from '../../parts/page-error.ts';

export interface Run {
  readonly working: boolean;
  /** Why the last one could not be started. */
  readonly problem: string | null;
  start(request: SubmitRequest): void;
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((each) => each.toString(36)).join('');
}

/** Starts jobs. However often a start is tried again after nobody answered, it makes one job. */
export function useRun({ jobs }: Fleet, onStarted: (job: string) => void): Run {
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const pending = useRef<{ readonly body: string; readonly key: string } | null>(null);

  const submit = async (request: SubmitRequest): Promise<void> => {
    const body = JSON.stringify(request);
    const key = pending.current?.body === body ? pending.current.key : newKey();
    pending.current = { body, key };
    setWorking(true);
    setProblem(null);
    try {
      const { simulation, input, ...options } = request;
      const { id } = await jobs.submit(simulation, input, { ...options, key });
      pending.current = null;
      onStarted(id);
    } catch (error) {
      const told = asPageError(error);
      if (told.lasting) pending.current = null;
      setProblem(told.message);
    }
    setWorking(false);
  };
  return {
    working,
    problem,
    start: (request) => {
      if (!working) void submit(request);
    },
  };
}
