import { fightStyles } from '../catalog/fight-styles.ts';
import type { ClassDefinition, FightStyleDefinition } from '../catalog/model.ts';
import type { CharacterStats, FightPlan } from '../engine/fight-plan.ts';
import { fightOf } from '../fight.ts';
import type { Fight } from '../fight.ts';
import { compile } from '../rotation/compile.ts';
import { vocabularyOf } from '../rotation/names.ts';
import { describeProblem } from '../rotation/problem.ts';

/** For tests: a class with only what a test is about. It has 100 power, no haste, no critical hits. */
export interface MicroFight
  extends
    Partial<Pick<FightPlan, 'mainHand' | 'offHand' | 'extras' | 'uses' | 'targets' | 'variation'>>,
    Partial<Pick<ClassDefinition, 'abilities' | 'dots' | 'buffs' | 'procs' | 'resources' | 'gcd'>> {
  readonly rotation?: string;
  readonly stats?: Partial<CharacterStats>;
  readonly focus?: readonly string[];
  readonly style?: string;
  /** Seconds; 100 when left out. */
  readonly duration?: number;
}

const PLAIN: CharacterStats = {
  power: 100,
  hasteRating: 0,
  critRating: 0,
  focusRating: 0,
  mightRating: 0,
  ratingPerPercent: 10,
  crit: 0,
  focus: 0,
};

export function microFight(micro: MicroFight): Fight {
  const definition: ClassDefinition = {
    id: 'tester',
    name: 'Tester',
    description: 'Only for tests.',
    gcd: micro.gcd ?? { ms: 1000, hasted: false },
    swings: true,
    wields: { mainHand: ['blade'], offHand: ['blade'] },
    focus: { description: '', of: micro.focus ?? [] },
    resources: micro.resources ?? [],
    abilities: micro.abilities ?? [],
    dots: micro.dots ?? [],
    buffs: micro.buffs ?? [],
    procs: micro.procs ?? [],
    rotation: micro.rotation ?? '',
  };
  const { program, problems } = compile(definition.rotation, vocabularyOf(definition));
  if (program === null) throw new Error(problems.map(describeProblem).join('\n'));
  const style = fightStyles.find(({ id }) => id === (micro.style ?? 'patchwork'));
  return fightOf('micro', {
    definition,
    stats: { ...PLAIN, ...micro.stats },
    mainHand: micro.mainHand ?? null,
    offHand: micro.offHand ?? null,
    extras: micro.extras ?? [],
    uses: micro.uses ?? [null, null, null],
    program,
    style: style as FightStyleDefinition,
    targets: micro.targets ?? (style as FightStyleDefinition).targets.usual,
    duration: (micro.duration ?? 100) * 1000,
    variation: micro.variation ?? 0,
  });
}

/** What most definitions need besides what matters. */
export const named = (id: string): { id: string; name: string; description: string } => ({
  id,
  name: id,
  description: '',
});
