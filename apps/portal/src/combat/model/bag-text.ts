/** A bag as text: one item a line, by its id or its name. Pure. */
import { catalog, findItem, type ItemDefinition } from '@belfry/example-combat';

export interface BagProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface ReadBag {
  /** Ids, each once. */
  readonly items: readonly string[];
  readonly problems: readonly BagProblem[];
}

/** `orchard_wake  # Orchard Wake, 200` and so on. */
export function bagText(items: readonly string[]): string {
  const lines = items.map((id) => {
    const item = findItem(id);
    return item === undefined ? id : `${id}  # ${item.name}, ${item.level}`;
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** What was typed or pasted; what follows a `#` is left out. */
export function readBag(text: string): ReadBag {
  const items = new Set<string>();
  const problems: BagProblem[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const typed = line.replace(/#.*/, '').trim();
    if (typed === '') continue;
    const item = itemCalled(typed);
    if (item !== undefined) items.add(item.id);
    else problems.push({ line: i + 1, message: unknownText(typed) });
  }
  return { items: [...items], problems };
}

function itemCalled(typed: string): ItemDefinition | undefined {
  const wanted = typed.toLowerCase();
  return findItem(wanted) ?? catalog.items.find(({ name }) => name.toLowerCase() === wanted);
}

function unknownText(typed: string): string {
  const wanted = typed.toLowerCase();
  const words = wanted.split(/[\s_]+/);
  const close = catalog.items.find(({ id, name }) =>
    words.every((word) => id.includes(word) || name.toLowerCase().includes(word)),
  );
  const hint = close === undefined ? '' : `; did you mean ${close.id}?`;
  return `there is no item “${typed.slice(0, 60)}”${hint}`;
}
