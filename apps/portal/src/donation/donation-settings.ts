/** How this browser donates. Pure. */
import type { NodeAccess } from '@belfry/protocol';

export interface DonationSettings {
  /** What others see of it, 1 to 64 characters. */
  readonly name: string;
  readonly slots: number;
  readonly access: Exclude<NodeAccess['type'], 'users'>;
  readonly restOnBattery: boolean;
  readonly restWhenHidden: boolean;
}

const MAX_NAME = 64;

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bFirefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone|iPad\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** `Firefox on Linux` */
export function tabName(userAgent: string): string {
  const of = (list: readonly (readonly [RegExp, string])[], otherwise: string): string =>
    list.find(([pattern]) => pattern.test(userAgent))?.[1] ?? otherwise;
  return `${of(BROWSERS, 'A browser')} on ${of(SYSTEMS, 'something')}`;
}

/** What was remembered, and what is usual for the rest. @param most slots that make sense here */
export function readSettings(
  text: string | null,
  usual: { readonly name: string; readonly slots: number; readonly most: number },
): DonationSettings {
  let stored: Partial<Record<keyof DonationSettings, unknown>> = {};
  try {
    stored = (JSON.parse(text ?? '{}') ?? {}) as typeof stored;
  } catch {
    // As if there was nothing.
  }
  const { name, slots, access, restOnBattery, restWhenHidden } = stored;
  const named = typeof name === 'string' ? name.trim().slice(0, MAX_NAME) : '';
  const counted = typeof slots === 'number' && Number.isInteger(slots) ? slots : usual.slots;
  return {
    name: named === '' ? usual.name : named,
    slots: Math.max(1, Math.min(usual.most, counted)),
    access: access === 'owner' ? 'owner' : 'everyone',
    restOnBattery: restOnBattery !== false,
    restWhenHidden: restWhenHidden === true,
  };
}
