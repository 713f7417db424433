import type { Rules } from '../engine/rules.ts';
import { COUNT, M2, MAX, MEAN, MIN } from '../engine/sink.ts';
import type { Sink } from '../engine/sink.ts';
import type { CombatResult } from './result.ts';

/** What a sink has added up, as plain JSON. */
export function resultOf(
  fight: { readonly id: string; readonly rules: Rules; readonly dots: readonly string[] },
  sink: Sink,
): CombatResult {
  const { rules } = fight;
  const at = (array: Float64Array | Uint32Array, index: number): number => array[index] as number;
  return {
    fight: fight.id,
    dps: {
      count: at(sink.dps, COUNT),
      mean: at(sink.dps, MEAN),
      m2: at(sink.dps, M2),
      min: at(sink.dps, MIN),
      max: at(sink.dps, MAX),
    },
    histogram: filled(sink.histogram),
    time: { total: at(sink.time, 0), idle: at(sink.time, 1) },
    sources: rules.rows.names.map(({ id, kind }, row) => ({
      id,
      kind,
      damage: at(sink.damage, row),
      casts: at(sink.casts, row),
      hits: at(sink.hits, row),
      crits: at(sink.crits, row),
    })),
    timeline: {
      width: sink.bucketWidth,
      damage: [...sink.timeline],
      exposure: [...sink.exposure],
    },
    buffs: rules.buffs.names.map((id, buff) => ({
      id,
      ms: at(sink.buffMs, buff),
      count: at(sink.buffCount, buff),
    })),
    dots: fight.dots.map((id, dot) => ({
      id,
      ms: at(sink.dotMs, dot),
      count: at(sink.dotCount, dot),
    })),
    resources: rules.resources.names.map((id, resource) => ({
      id,
      start: at(sink.resourceStart, resource),
      gained: at(sink.gained, resource),
      wasted: at(sink.wasted, resource),
      spent: at(sink.spent, resource),
      end: at(sink.resourceEnd, resource),
    })),
  };
}

function filled(histogram: Uint32Array): CombatResult['histogram'] {
  const first = histogram.findIndex((count) => count > 0);
  if (first < 0) return { first: 0, counts: [] };
  const last = histogram.findLastIndex((count) => count > 0);
  return { first, counts: [...histogram.subarray(first, last + 1)] };
}
