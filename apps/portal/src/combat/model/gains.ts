/** What gains are said to be. Pure. */

/** 95 % of what is normally distributed lies within so many standard errors. */
const Z95 = 1.96;

export interface Gain {
  /** Damage per second more. */
  readonly gain: number;
  /** Its standard error. */
  readonly gainError: number;
}

/** Half of the interval that the gain is in with 95 % certainty. */
export function gainRange({ gainError }: Gain): number {
  return gainError * Z95;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `+361`, `−12`, `0` */
export function gainText(value: number): string {
  const rounded = Math.round(value);
  if (rounded === 0) return '0';
  return `${rounded > 0 ? '+' : '−'}${whole.format(Math.abs(rounded))}`;
}

/** `+9.4 %` */
export function percentText(value: number, of: number): string {
  const percent = of === 0 ? 0 : (value / of) * 100;
  const text = Math.abs(percent).toFixed(Math.abs(percent) < 1 ? 2 : 1);
  if (Number(text) === 0) return '0 %';
  return `${percent > 0 ? '+' : '−'}${text} %`;
}

/** What the charts of some gains span: all of them and 0, with some air. Those that are known badly do not make it wide. */
export function gainSpan(gains: readonly Gain[]): { readonly from: number; readonly to: number } {
  const mids = gains.map(({ gain }) => gain);
  const errors = gains.map(gainRange).toSorted((a, b) => a - b);
  const usual = errors[Math.floor(errors.length / 2)] ?? 0;
  const from = Math.min(0, ...mids) - usual;
  const to = Math.max(0, ...mids) + usual;
  return to > from ? { from, to } : { from: -1, to: 1 };
}

/** Whether it helps, as far as one knows. */
export function verdictOf(each: Gain): 'more' | 'less' | 'open' {
  const range = gainRange(each);
  if (each.gain - range > 0) return 'more';
  return each.gain + range < 0 ? 'less' : 'open';
}
