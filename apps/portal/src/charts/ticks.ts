/** Where an axis has its marks. Pure. */

/** The least of 1, 2, 2.5 and 5 times a power of ten that is not below `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999);
  return (step ?? 10) * power;
}

/** Round values from `from` to `to`, at most about `most`. */
export function ticksOf(from: number, to: number, most: number): number[] {
  if (!(to > from) || !Number.isFinite(to - from)) return Number.isFinite(from) ? [from] : [];
  const step = niceStep((to - from) / Math.max(1, most));
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to + step * 1e-9; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

/** `820`, `12.5k`, `1.25M`: as short as its step allows. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  return trim(value);
}

function trim(value: number): string {
  return Number(value.toPrecision(5)).toLocaleString('en', { maximumFractionDigits: 3 });
}

/** Minutes and seconds of a fight: `0:00`, `2:30`. @param seconds since its beginning */
export function fightTime(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** Seconds that a fight's axis has marks at: whole minutes, or parts of one. */
export function timeTicks(to: number, most: number): number[] {
  const step = [5, 10, 15, 30, 60, 120, 300, 600].find((each) => to / each <= most) ?? 1_200;
  const ticks: number[] = [];
  for (let at = 0; at <= to; at += step) ticks.push(at);
  return ticks;
}
