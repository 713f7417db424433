import { findClass } from '../catalog/catalog.ts';
import type { ClassDefinition } from '../catalog/model.ts';
import { compile } from './compile.ts';
import { STATEMENTS, WORDS } from './keywords.ts';
import { vocabularyOf } from './names.ts';
import type { Vocabulary } from './names.ts';
import type { RotationProblem } from './problem.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

/** What an editor of rotations needs: problems, what may be written where, and what is written there. All by the id of a class. */

export interface Entry {
  readonly text: string;
  readonly kind: 'statement' | 'word' | 'ability' | 'place' | 'name' | 'own';
  /** Of a name: `truth`, `number`, `time` or `percent`. Otherwise a word or two. */
  readonly detail: string;
  readonly description: string;
}

export interface Completions {
  /** What is replaced: offsets into the text. */
  readonly from: number;
  readonly to: number;
  /** The best first. */
  readonly entries: readonly Entry[];
}

export interface Hover {
  readonly from: number;
  readonly to: number;
  readonly entry: Entry;
}

const vocabularies = new Map<string, Vocabulary>();

/** What a class's rotation can use and ask for. Made once for each class. */
export function vocabularyFor(definition: ClassDefinition): Vocabulary {
  const known = vocabularies.get(definition.id);
  if (known?.definition === definition) return known;
  const made = vocabularyOf(definition);
  vocabularies.set(definition.id, made);
  return made;
}

function vocabularyById(classId: string): Vocabulary {
  const definition = findClass(classId);
  if (definition === undefined) throw new RangeError(`there is no class "${classId}"`);
  return vocabularyFor(definition);
}

/** What is wrong with a text, in its order; nothing when it can be used. Throws a RangeError when there is no such class. */
export function checkRotation(text: string, classId: string): readonly RotationProblem[] {
  return compile(text, vocabularyById(classId)).problems;
}

const PLACES: Readonly<Record<string, string>> = {
  main_hand: 'The weapon, if it can be used.',
  trinket1: 'The first trinket, if it can be used.',
  trinket2: 'The second trinket, if it can be used.',
};

function entriesOf(
  kind: Entry['kind'],
  detail: string,
  of: Readonly<Record<string, string>>,
): Entry[] {
  return Object.entries(of).map(([text, description]) => ({ text, kind, detail, description }));
}

/** Everything that can be written in a rotation of a class, for lists and references. */
export function rotationEntries(classId: string): readonly Entry[] {
  const { definition, names } = vocabularyById(classId);
  return [
    ...entriesOf('statement', 'begins a line', STATEMENTS),
    ...entriesOf('word', 'word', WORDS),
    ...definition.abilities.map(({ id, name, description }): Entry => ({
      text: id,
      kind: 'ability',
      detail: name,
      description,
    })),
    ...entriesOf('place', 'to use', PLACES),
    ...[...names.values()].map(({ name, type, description }): Entry => ({
      text: name,
      kind: 'name',
      detail: type,
      description,
    })),
  ];
}

function ownNames(tokens: readonly Token[]): Entry[] {
  return tokens.flatMap((token, index): Entry[] => {
    const next = tokens[index + 1];
    if (token.type !== 'name' || token.text !== 'let' || next?.type !== 'name') return [];
    const description = `Named in line ${next.span.line}.`;
    return [{ text: next.text, kind: 'own', detail: 'let', description }];
  });
}

/** Which kinds of entries fit behind these tokens of a line. */
function kindsAfter(tokens: readonly Token[]): readonly Entry['kind'][] {
  const last = tokens.at(-1);
  const text = last?.type === 'name' || last?.type === 'mark' ? last.text : undefined;
  if (last === undefined || text === '{' || text === '}') return ['statement'];
  if (text === 'cast') return ['ability'];
  if (text === 'use') return ['place'];
  if (text === 'let') return [];
  if (text === 'on') return ['word'];
  return ['own', 'name', 'word'];
}

/** What may be written at an offset of a text, in place of the word that has been begun there. */
export function completionsAt(text: string, offset: number, classId: string): Completions {
  const begun = /[A-Za-z_][A-Za-z0-9_.]*$/.exec(text.slice(0, offset))?.[0] ?? '';
  const rest = /^[A-Za-z0-9_.]*/.exec(text.slice(offset))?.[0] ?? '';
  const from = offset - begun.length;
  const before = tokenize(text.slice(0, from)).tokens.filter(({ type }) => type !== 'end');
  const lineStart = before.findLastIndex(({ type }) => type === 'newline') + 1;
  const line = before.slice(lineStart);
  const to = offset + rest.length;
  if (line.at(-1)?.type === 'comment') return { from, to, entries: [] };
  const kinds = kindsAfter(line);
  const lowered = begun.toLowerCase();
  const fitting = [...rotationEntries(classId), ...ownNames(tokenize(text).tokens)].filter(
    (entry) => kinds.includes(entry.kind) && entry.text.includes(lowered),
  );
  const rank = (entry: Entry): number =>
    (entry.text.startsWith(lowered) ? 0 : kinds.length) + kinds.indexOf(entry.kind);
  return { from, to, entries: fitting.sort((a, b) => rank(a) - rank(b)) };
}

/** What the word at an offset of a text is; undefined: nothing that is known. */
export function hoverAt(text: string, offset: number, classId: string): Hover | undefined {
  const { tokens } = tokenize(text);
  const index = tokens.findIndex(({ span }) => span.from <= offset && offset < span.to);
  const token = tokens[index];
  if (token?.type !== 'name') return undefined;
  const lineStart = tokens.findLastIndex(({ type }, i) => i < index && type === 'newline') + 1;
  const kinds = kindsAfter(tokens.slice(lineStart, index));
  const entry = [...rotationEntries(classId), ...ownNames(tokens)].find(
    (each) => each.text === token.text && (kinds.includes(each.kind) || each.kind !== 'ability'),
  );
  return entry === undefined ? undefined : { from: token.span.from, to: token.span.to, entry };
}
