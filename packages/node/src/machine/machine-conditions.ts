import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import type { Conditions, WatchConditions } from '../agent/ports.ts';
import { LoadGauge } from '../core/load-gauge.ts';

export interface ConditionLimits {
  /** Pause while the machine runs on its battery. */
  readonly onBattery: boolean;
  /** Pause while others use more than this share of all cores; `null`: never. */
  readonly maxLoad: number | null;
}

/** Where the machine is looked at; others than the real ones are for tests. */
export interface MachineSensors {
  /** The average number of runnable threads over the last minute. */
  readonly loadAverage: () => number;
  /** How much CPU time this process has used, in ms. */
  readonly ownCpuMs: () => number;
  readonly cores: () => number;
  readonly isOnBattery: () => boolean;
  readonly now: () => number;
}

const LOOK_MS = 5_000;

export function machineSensors(powerSupplies = '/sys/class/power_supply'): MachineSensors {
  return {
    loadAverage: () => loadavg()[0] ?? 0,
    ownCpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    },
    cores: availableParallelism,
    isOnBattery: () => isOnBattery(powerSupplies),
    now: () => performance.now(),
  };
}

/** Looks at the machine every few seconds. */
export function watchMachine(
  limits: ConditionLimits,
  sensors: MachineSensors = machineSensors(),
  everyMs: number = LOOK_MS,
): WatchConditions {
  return (tell) => {
    const gauge = new LoadGauge(limits.maxLoad ?? Infinity);
    const look = (): void => {
      const { load, isHigh } = gauge.look({
        now: sensors.now(),
        loadAverage: sensors.loadAverage(),
        ownCpuMs: sensors.ownCpuMs(),
        cores: sensors.cores(),
      });
      let pause: Conditions['pause'] = null;
      if (limits.onBattery && sensors.isOnBattery()) pause = { reason: 'battery', abort: false };
      else if (isHigh) pause = { reason: 'load', abort: false };
      tell({ pause, load });
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  };
}

/** Linux: a battery is there, and nothing feeds the machine. Elsewhere: it is not known, so no. */
function isOnBattery(directory: string): boolean {
  let hasBattery = false;
  try {
    for (const name of readdirSync(directory)) {
      const type = textOf(join(directory, name, 'type'));
      // Batteries of mice and keyboards have a scope of their own.
      if (type === 'Battery') hasBattery ||= textOf(join(directory, name, 'scope')) !== 'Device';
      else if (textOf(join(directory, name, 'online')) === '1') return false;
    }
  } catch {
    return false;
  }
  return hasBattery;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
