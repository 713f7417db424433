import type { Machine } from './machine.ts';

/**
 * Resources come back evenly, so what there is of one is only worked out when somebody asks. All amounts are whole millionths: sums are exact, and
 * what was there at first plus what was gained is what was spent plus what is left.
 */

/** Brings a resource up to now. */
export function settle(m: Machine, resource: number): void {
  const rate = m.resourceRate[resource] as number;
  if (rate === 0) return;
  const passed = m.now - (m.resourceAt[resource] as number);
  if (passed === 0) return;
  m.resourceAt[resource] = m.now;
  const had = m.resource[resource] as number;
  const room = (m.rules.resources.max[resource] as number) - had;
  const got = rate * passed;
  const { gained, wasted } = m.sink;
  if (got <= room) {
    m.resource[resource] = had + got;
    gained[resource] = (gained[resource] as number) + got;
  } else {
    m.resource[resource] = had + room;
    gained[resource] = (gained[resource] as number) + room;
    wasted[resource] = (wasted[resource] as number) + got - room;
  }
}

/** Adds `times` × what the effect gives. What does not fit is wasted. */
export function gain(m: Machine, effect: number, times: number): void {
  const resource = m.rules.effects.a[effect] as number;
  settle(m, resource);
  const had = m.resource[resource] as number;
  const room = (m.rules.resources.max[resource] as number) - had;
  const got = (m.rules.effects.x[effect] as number) * times;
  const added = got <= room ? got : room;
  const { gained, wasted } = m.sink;
  m.resource[resource] = had + added;
  gained[resource] = (gained[resource] as number) + added;
  wasted[resource] = (wasted[resource] as number) + got - added;
  m.dirty = 1;
}

/** Takes what something costs; the caller has seen that it is there. @param cost in millionths */
export function spend(m: Machine, resource: number, cost: number): void {
  settle(m, resource);
  m.resource[resource] = (m.resource[resource] as number) - cost;
  m.sink.spent[resource] = (m.sink.spent[resource] as number) + cost;
}
