import fc from 'fast-check';
import { gloamstrider } from '../catalog/gloamstrider.ts';
import { vocabularyOf } from '../rotation/names.ts';
import type { ValueType } from '../rotation/names.ts';

/** For tests: texts of rotations of a Gloamstrider that are in order, written with more or less care. */

const vocabulary = vocabularyOf(gloamstrider);
const namesOf = (type: ValueType): string[] =>
  [...vocabulary.names.values()].filter((name) => name.type === type).map(({ name }) => name);

const space = fc.constantFrom(' ', '  ', '\t');
/** Where spaces may be left out. */
const gap = fc.constantFrom('', ' ', '  ');

const digits = fc.oneof(
  fc.nat(200).map(String),
  fc.tuple(fc.nat(99), fc.nat(999)).map(([whole, part]) => `${whole}.${part}`),
);
const literals: Record<Exclude<ValueType, 'truth'>, fc.Arbitrary<string>> = {
  number: digits,
  time: fc.tuple(digits, fc.constantFrom('s', 'ms')).map(([value, unit]) => value + unit),
  percent: digits.map((value) => `${value}%`),
};

const quantities = (['number', 'time', 'percent'] as const).map((type) => {
  const { tree } = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
    leaf: fc.oneof(literals[type], fc.constantFrom(...namesOf(type))),
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc
        .tuple(tie('tree'), gap, fc.constantFrom('+', '-'), gap, tie('tree'))
        .map((parts) => parts.join('')),
      fc
        .tuple(tie('tree'), fc.constantFrom('*', '/'), digits)
        .map(([a, op, b]) => `(${a})${op}${b}`),
      fc.tuple(gap, tie('tree'), gap).map((parts) => `(${parts.join('')})`),
      tie('tree').map((of) => `-(${of})`),
      fc
        .tuple(fc.constantFrom('min', 'max'), tie('tree'), tie('tree'))
        .map(([name, a, b]) => `${name}(${a},\n ${b})`),
    ),
  }));
  return tree;
});

const comparison = fc
  .tuple(fc.nat(2), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), gap)
  .chain(([kind, operator, around]) => {
    const quantity = quantities[kind] as fc.Arbitrary<string>;
    return fc.tuple(quantity, quantity).map((sides) => sides.join(around + operator + around));
  });

const { condition } = fc.letrec<{ condition: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(fc.constantFrom(...namesOf('truth'), 'true', 'false'), comparison),
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc
      .tuple(
        tie('condition'),
        fc.constantFrom(' and ', ' or ', ' and\n  ', ' or # so?\n\n'),
        tie('condition'),
      )
      .map((parts) => parts.join('')),
    tie('condition').map((of) => `not ${of}`),
    fc.tuple(gap, tie('condition'), gap).map((parts) => `(${parts.join('')})`),
  ),
}));

const when = fc.option(
  condition.map((text) => ` if ${text}`),
  { nil: '' },
);
const abilities = gloamstrider.abilities.map(({ id }) => id);
const comment = fc.option(
  fc.stringMatching(/^[ -~]{0,20}$/).map((text) => ` #${text}`),
  { nil: '' },
);

const { block } = fc.letrec<{ block: string; line: string }>((tie) => ({
  line: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(space, fc.constantFrom(...abilities), fc.constantFrom('', ' on any'), when, comment)
      .map((parts) => `cast${parts.join('')}`),
    fc
      .tuple(space, fc.constantFrom('trinket1', 'trinket2', 'main_hand'), when, comment)
      .map((parts) => `use${parts.join('')}`),
    fc.tuple(when, comment).map((parts) => `wait${parts.join('')}`),
    fc.constantFrom('', '# a word', '#'),
    fc
      .tuple(condition, tie('block'), fc.option(tie('block')))
      .map(([test, body, other]) =>
        other === null ? `if ${test} {\n${body}\n}` : `if ${test} {\n${body}\n} else {${other}\n}`,
      ),
    fc
      .tuple(condition, condition, tie('block'))
      .map(([first, second, body]) => `if ${first} {\n} else if ${second} { # then\n${body}\n}`),
  ),
  block: fc.array(tie('line'), { maxLength: 4 }).map((lines) => lines.join('\n')),
}));

/** With names of its own, each of which is used at least once. */
export const arbitraryRotation: fc.Arbitrary<string> = fc
  .tuple(fc.array(condition, { maxLength: 3 }), block)
  .map(([own, body]) => {
    const lets = own.map((text, index) => `let own_${index} =\n${text}`);
    const used = own.map((_, index) => `wait if own_${index}`);
    return [...lets, body, ...used].join('\n');
  });
