import { findClass } from '../catalog/catalog.ts';
import { STATEMENTS, WORDS } from './keywords.ts';
import { tokenize } from './tokens.ts';

/** A stretch of a rotation's text that says something. Offsets are into the text. */
export interface Highlight {
  readonly from: number;
  readonly to: number;
  readonly kind: 'statement' | 'word' | 'ability' | 'name' | 'number' | 'comment';
}

/** What the parts of a text are, in its order, for colours. Spaces and signs are left out; nothing has to be right about the text. */
export function highlightsOf(text: string, classId: string): readonly Highlight[] {
  const abilities = new Set(findClass(classId)?.abilities.map(({ id }) => id));
  return tokenize(text).tokens.flatMap((token): Highlight[] => {
    const { from, to } = token.span;
    switch (token.type) {
      case 'comment':
      case 'number':
        return [{ from, to, kind: token.type }];
      case 'name':
        if (Object.hasOwn(STATEMENTS, token.text)) return [{ from, to, kind: 'statement' }];
        if (Object.hasOwn(WORDS, token.text)) return [{ from, to, kind: 'word' }];
        return [{ from, to, kind: abilities.has(token.text) ? 'ability' : 'name' }];
      case 'mark':
      case 'newline':
      case 'end':
        return [];
    }
  });
}
