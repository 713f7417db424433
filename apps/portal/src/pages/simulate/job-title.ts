import { findStyle } from '@belfry/example-combat';
import type { Draft } from '../../combat/model/roster.ts';

/** What a job of this character is called. */
export function jobTitle({ name, style, duration, targets }: Draft): string {
  const many = targets === null || targets === 1 ? '' : ` with ${targets}`;
  return `${name}: ${findStyle(style)?.name ?? style}${many}, ${duration}\u00A0s`.slice(0, 120);
}
