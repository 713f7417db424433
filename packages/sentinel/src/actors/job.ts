import { defineActor, type TurnContext } from '@belfry/actors';
import { jobChannel, type ChunkInput, type JobResult, type SubmitReply } from '@belfry/protocol';
import type { FleetKind } from '../create-fleet-actors.ts';
import { endJob, failJob, retryJob } from '../core/job/end-job.ts';
import { endTurn, type JobEffects } from '../core/job/end-turn.ts';
import { applyGrants } from '../core/job/grants.ts';
import { iterationsOf, jobView } from '../core/job/job-view.ts';
import { isOver, type JobState, type JobTurn } from '../core/job/job-state.ts';
import { settleFailure, settleLost, settleResult } from '../core/job/settle.ts';
import { submitJob } from '../core/job/submit.ts';
import { Refusal } from '../core/refusal.ts';
import type { DemandMessage, JobOverMessage } from '../messages/fleet-messages.ts';
import {
  jobMessage,
  type JobMessage,
  type JobQuestion,
  type SubmitMessage,
} from '../messages/job-messages.ts';
import type { ActorsInput } from './actors-input.ts';
import { jobsOf } from './jobs-of.ts';

type Context = TurnContext<JobState | null, never, never>;

/** The kind `job`. */
export function createJobActor(input: ActorsInput): FleetKind<'job', JobMessage> {
  const { settings, meter } = input;
  return defineActor('job', {
    internal: jobMessage,
    creation: 'explicit',
    inboxLimit: 4_000,
    // Input, results that wait, and twice the slots in attempts.
    maxStateLength: 33_554_432,
    // The first message, the submission, makes it.
    initial: (): JobState | null => null,
    onInternal(ctx: Context, message: JobMessage) {
      if (message.type === 'submit') {
        submit(ctx, message, input);
        return;
      }
      const turn = turnOf(ctx, input);
      switch (message.type) {
        case 'result':
          settleResult(turn, message);
          return;
        case 'failure':
          settleFailure(turn, message);
          return;
        case 'lost':
          settleLost(turn, message);
          return;
        case 'grants':
          applyGrants(turn, message);
          return;
        case 'refused':
          if (!isOver(turn.state)) failJob(turn, message.message);
          turn.state.demand = null;
          return;
        default:
          answer(ctx, turn, message);
      }
    },
    onTurnEnd(ctx: Context) {
      const turn = turnOf(ctx, input);
      const effects = endTurn(turn);
      for (const [, { give }] of effects.works) meter.assigned += give.length;
      apply(ctx, turn, effects);
    },
  });

  function submit(ctx: Context, message: SubmitMessage, { simulations }: ActorsInput): void {
    if (ctx.state !== null) ctx.reject('exists', `the job ${ctx.id} has been submitted already`);
    try {
      ctx.state = submitJob(message, {
        simulations,
        settings,
        now: ctx.now,
        random: () => ctx.random(),
      });
    } catch (error) {
      if (error instanceof Refusal) ctx.reject(error.code, error.message);
      throw error;
    }
    const reply: SubmitReply = { job: ctx.id, created: true };
    ctx.reply(reply);
  }
}

function turnOf(ctx: Context, { simulations, settings }: ActorsInput): JobTurn {
  const { state } = ctx;
  if (state === null) return ctx.reject('not-submitted', `the job ${ctx.id} was not submitted`);
  const known = simulations.get(state.spec.simulation);
  return {
    job: ctx.id,
    state,
    now: ctx.now,
    random: () => ctx.random(),
    settings,
    simulation: known?.version === state.spec.version ? known.simulation : null,
  };
}

function answer(ctx: Context, turn: JobTurn, question: JobQuestion): void {
  const { state } = turn;
  switch (question.type) {
    case 'view':
      ctx.reply(jobView(turn));
      return;
    case 'result-of-job':
      ctx.reply(resultOf(ctx, turn));
      return;
    case 'cancel':
      checkOwner(ctx, turn, question);
      if (isOver(state)) ctx.reject('over', `the job is ${state.status} already`);
      endJob(turn, 'cancelled');
      ctx.reply(jobView(turn));
      return;
    case 'retry':
      checkOwner(ctx, turn, question);
      retry(ctx, turn);
      ctx.reply(jobView(turn));
      return;
    case 'may-subscribe': {
      const { user, operator } = question;
      const { visibility, owner } = state.spec;
      ctx.reply({ allowed: visibility === 'link' || operator || owner === user });
      return;
    }
    case 'may-publish':
      ctx.reply({ allowed: (state.nodes[question.node]?.held ?? 0) > 0 });
      return;
    case 'input':
      ctx.reply(inputFor(ctx, turn, question));
  }
}

function resultOf(ctx: Context, turn: JobTurn): JobResult {
  const { state } = turn;
  if (state.status !== 'done' || state.total === null) {
    return ctx.reject('not-done', `the job is ${state.status}; it has a result once it is done`);
  }
  return {
    job: ctx.id,
    result: JSON.parse(state.total),
    summary: jobView(turn).summary,
    iterations: iterationsOf(state),
    missing: state.missing,
  };
}

function retry(ctx: Context, turn: JobTurn): void {
  const { state } = turn;
  if (state.status !== 'failed' && state.status !== 'cancelled') {
    ctx.reject(
      'not-over',
      `the job is ${state.status}; only failed and cancelled ones are retried`,
    );
  }
  if (!state.retryable || turn.simulation === null) {
    ctx.reject('not-over', 'it would fail again in the same way: submit it anew');
  }
  retryJob(turn);
}

function checkOwner(
  ctx: Context,
  { state }: JobTurn,
  { user, operator }: { readonly user: string; readonly operator: boolean },
): void {
  if (operator || user === state.spec.owner) return;
  ctx.reject('forbidden', 'only its owner and operators may do that');
}

function inputFor(
  ctx: Context,
  { state }: JobTurn,
  { node, round }: Extract<JobQuestion, { type: 'input' }>,
): ChunkInput {
  if ((state.nodes[node]?.held ?? 0) === 0) {
    return ctx.reject('forbidden', `the node ${node} holds nothing of the job ${ctx.id}`);
  }
  if (round !== state.round.n) {
    return ctx.reject('no-round', `round ${round} is not under way; it is round ${state.round.n}`);
  }
  return { input: JSON.parse(state.spec.input), roundInput: JSON.parse(state.round.input) };
}

function apply(ctx: Context, { state }: JobTurn, effects: JobEffects): void {
  const { works, fleet, view, summary, wakeAt, forget } = effects;
  for (const [node, work] of works) ctx.send({ kind: 'node', key: `node/${node}` }, work);
  if (fleet !== null) sendFleet(ctx, state.spec.pool, fleet);
  if (summary !== null) {
    const index = jobsOf(state.spec.owner);
    ctx.send({ kind: 'jobs-of', key: `jobs-of/${index}` }, { type: 'summary', summary });
  }
  if (view !== null) ctx.publishTo(jobChannel(ctx.id), view);
  if (forget) ctx.destroy();
  else if (wakeAt === null) ctx.cancelTick();
  else ctx.scheduleTick(wakeAt);
}

function sendFleet(ctx: Context, pool: string, message: DemandMessage | JobOverMessage): void {
  ctx.send({ kind: 'fleet', key: `fleet/${pool}` }, message);
}
