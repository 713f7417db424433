import type { SubmitMessage } from '../../messages/job-messages.ts';
import { Refusal } from '../refusal.ts';
import { newRound, planRound, SimulationError } from './advance.ts';
import type { FleetSettings } from '../../fleet-settings.ts';
import type { JobSpec, JobState } from './job-state.ts';
import type { VersionedSimulation } from '../../actors/actors-input.ts';

export interface SubmitContext {
  readonly simulations: ReadonlyMap<string, VersionedSimulation>;
  readonly settings: FleetSettings;
  readonly now: number;
  readonly random: () => number;
}

/** What a job is like when it is submitted. Throws a `Refusal`. */
export function submitJob(message: SubmitMessage, context: SubmitContext): JobState {
  const { now } = context;
  const { spec, known } = specOf(message, context);
  try {
    const plan = planRound(known.simulation, spec, { round: 0, total: null });
    if (plan === null) throw new SimulationError('plan: round 0 has no work; give it some');
    const limit = context.settings.limits.inputBytes;
    return {
      spec,
      status: 'queued',
      startedAt: null,
      endedAt: null,
      failure: null,
      retryable: true,
      round: newRound(spec, plan, { n: 0, first: 0, length: 0, limit }),
      total: null,
      merged: 0,
      missing: [],
      nodes: {},
      attempts: {},
      given: 0,
      counts: { assigned: 0, completed: 0, failed: 0, lost: 0, late: 0, copies: 0, disputed: 0 },
      errors: [],
      waiting: null,
      demand: null,
      lag: 0,
      pace: { at: now, sum: 0 },
      told: { stale: true, viewAt: 0, length: 0, status: null, indexAt: 0 },
    };
  } catch (error) {
    if (error instanceof SimulationError) throw new Refusal('plan', error.message);
    throw error;
  }
}

function specOf(
  { owner, operator, request }: SubmitMessage,
  context: SubmitContext,
): { readonly spec: JobSpec; readonly known: VersionedSimulation } {
  const { simulations, settings, now, random } = context;
  const { simulation, seed, priority = 0, pool = 'default', targetError } = request;
  const { onPoison = 'fail', visibility = 'link', title = '' } = request;
  const known = simulations.get(simulation);
  if (known === undefined) {
    const names = [...simulations.keys()].join(', ') || 'none';
    throw new Refusal(
      'simulation',
      `simulation: there is no ${JSON.stringify(simulation)}; there are ${names}`,
    );
  }
  check(
    seed === undefined || (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32),
    'seed',
    `seed: ${seed} is not a whole number from 0 to 2^32 − 1`,
  );
  check(
    Number.isInteger(priority) && priority >= -10 && priority <= 10,
    'priority',
    `priority: ${priority} is not a whole number from -10 to 10`,
  );
  check(priority <= 0 || operator, 'priority', 'priority: above 0 needs an operator’s token');
  check(
    /^[a-z0-9][a-z0-9-]{0,63}$/.test(pool),
    'pool',
    `pool: ${JSON.stringify(pool)} is no name; use lower-case letters, digits and "-", at most 64`,
  );
  check(
    targetError === undefined || (targetError > 0 && targetError < 1),
    'target-error',
    `targetError: ${targetError} is not above 0 and below 1`,
  );
  check(
    targetError === undefined || known.simulation.error !== undefined,
    'target-error',
    `targetError: the simulation ${simulation} does not say its error; leave it out, or define error()`,
  );
  check(title.length <= 120, 'title', `title: has ${title.length} characters, 120 are allowed`);
  const spec: JobSpec = {
    owner,
    title: title === '' ? simulation : title,
    simulation,
    version: known.version,
    pool,
    priority,
    visibility,
    seed: seed ?? Math.floor(random() * 2 ** 32),
    targetError: targetError ?? null,
    onPoison,
    input: inputOf(known, request.input, settings),
    createdAt: now,
  };
  return { spec, known };
}

function check(ok: boolean, code: string, message: string): void {
  if (!ok) throw new Refusal(code, message);
}

function inputOf(
  { simulation }: VersionedSimulation,
  input: unknown,
  settings: FleetSettings,
): string {
  const checked = simulation.input['~standard'].validate(input);
  if (checked instanceof Promise) {
    checked.catch(() => {});
    throw new Refusal(
      'input',
      `input: the schema of ${simulation.name} is asynchronous; use a synchronous one`,
    );
  }
  if (checked.issues !== undefined) {
    const problems = checked.issues.slice(0, 10).map(({ message, path = [] }) => {
      const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
      return `${['input', ...keys].join('.')}: ${message}`;
    });
    throw new Refusal('input', problems.join('; '));
  }
  const text = (JSON.stringify(checked.value) as string | undefined) ?? 'null';
  const limit = settings.limits.inputBytes;
  check(
    text.length <= limit,
    'input',
    `input: has ${text.length} characters as JSON, ${limit} are allowed (fleet.limits.input_bytes)`,
  );
  return text;
}
