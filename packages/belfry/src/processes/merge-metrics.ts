/** The metrics of one process, as Prometheus reads them. */
export interface ProcessMetrics {
  readonly process: number;
  readonly text: string;
}

interface Family {
  readonly head: string[];
  readonly samples: string[];
}

const HEAD = /^# (HELP|TYPE) ([\w:]+)/;
const SAMPLE = /^([\w:]+)(\{)?/;

/**
 * Makes one text of those of several processes: each sample has the label `process`, and what belongs to a metric stands together, as
 * the format wants it.
 */
export function mergeMetrics(all: readonly ProcessMetrics[]): string {
  const families = new Map<string, Family>();
  for (const { process, text } of all) {
    const described = new Set<string>();
    let family: Family | undefined;
    for (const line of text.split('\n')) {
      const [, , name] = HEAD.exec(line) ?? [];
      if (name !== undefined) {
        family = families.get(name);
        if (family === undefined) {
          family = { head: [], samples: [] };
          families.set(name, family);
          described.add(name);
        }
        if (described.has(name)) family.head.push(line);
      } else if (line !== '' && !line.startsWith('#')) {
        family?.samples.push(labelled(line, process));
      }
    }
  }
  return [...families.values()]
    .filter(({ samples }) => samples.length > 0)
    .map(({ head, samples }) => [...head, ...samples, ''].join('\n'))
    .join('\n');
}

function labelled(sample: string, process: number): string {
  const [start = '', , brace] = SAMPLE.exec(sample) ?? [];
  const rest = sample.slice(start.length);
  if (brace === undefined) return `${start}{process="${process}"}${rest}`;
  return `${start}process="${process}"${rest.startsWith('}') ? '' : ','}${rest}`;
}
