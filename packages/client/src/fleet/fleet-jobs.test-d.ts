/** What a job comes to is known from its simulation, also where only its name is sent. Compiled, not run. */
import type { defineSimulation } from '@belfry/protocol';
import type { FleetJobs } from './fleet-jobs.ts';
import type { JobHandle } from './job-handle.ts';

type Result = { readonly hits: number };
type Summary = { readonly pi: number };
type Pi = ReturnType<
  typeof defineSimulation<{ blocks: number }, Result, Summary, { blocks?: number }>
>;

declare const jobs: FleetJobs;
declare const pi: Pi;

(await jobs.submit(pi, {})) satisfies JobHandle<Result, Summary>;
(await jobs.submit<Pi>('pi', {})) satisfies JobHandle<Result, Summary>;
(await jobs.submit<Summary, Result>('pi', {})) satisfies JobHandle<Result, Summary>;
(await jobs.submit('pi', { anything: 1 })) satisfies JobHandle;
// @ts-expect-error it takes no such input
void jobs.submit<Pi>('pi', { blocks: 'many' });
const { summary } = await (await jobs.submit<Pi>('pi', {})).result();
summary.pi satisfies number;
// @ts-expect-error a summary has no such field
void summary.e;
