import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** Numbers of one part, read when somebody asks. Names are snake_case. */
export interface MetricSource {
  /** Comes before every name: `belfry_<prefix>_<name>`. */
  readonly prefix: string;
  /** What only grows; `_total` is added. */
  counters?(): Readonly<Record<string, number>>;
  /** What goes up and down. */
  gauges?(): Readonly<Record<string, number>>;
  /** Counters with labels. */
  labelled?(): Readonly<Record<string, LabelledCounts>>;
  /** How values were spread. */
  histograms?(): Readonly<Record<string, HistogramFigures | LabelledHistograms>>;
}

/** A count per value of a label; of several labels, their values with a space between. */
export interface LabelledCounts {
  readonly label: string | readonly string[];
  readonly counts: ReadonlyMap<string | number, number>;
}

/** What values were observed: how many up to each bound, all in all, and their sum. */
export interface HistogramFigures {
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

/** How values were spread, per values of labels with a space between. */
export interface LabelledHistograms {
  readonly label: readonly string[];
  readonly figures: ReadonlyMap<string, HistogramFigures>;
}

/** The answer of `/metrics`. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

// Of the process, so there is one of it however many servers a process runs (tests run several).
let ofProcess: Registry | undefined;

function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** prom-client has no histogram that is filled from outside, so this is its text. */
function histogramText(name: string, histogram: HistogramFigures | LabelledHistograms): string {
  const lines =
    'figures' in histogram
      ? [...histogram.figures].flatMap(([key, figures]) => {
          const values = key.split(' ');
          const labels = histogram.label.map((of, i) => `${of}=${JSON.stringify(values[i] ?? '')}`);
          return histogramLines(name, figures, labels);
        })
      : histogramLines(name, histogram, []);
  const head = [`# HELP ${name} ${name}, since the start.`, `# TYPE ${name} histogram`];
  return [...head, ...lines, ''].join('\n');
}

function histogramLines(
  name: string,
  { buckets, sum, count }: HistogramFigures,
  labels: readonly string[],
): string[] {
  const bucket = (le: number | '+Inf', count: number): string =>
    `${name}_bucket{${[...labels, `le="${le}"`].join(',')}} ${count}`;
  const all = labels.length === 0 ? '' : `{${labels.join(',')}}`;
  return [
    ...buckets.map((each) => bucket(each.le, each.count)),
    bucket('+Inf', count),
    `${name}_sum${all} ${sum}`,
    `${name}_count${all} ${count}`,
  ];
}

/** Makes a registry that reads its sources at every scrape. */
export function createMetrics(sources: readonly MetricSource[]): Metrics {
  const registry = new Registry();

  const counterOf = (name: string, labelNames: string[] = []): Counter => {
    const known = registry.getSingleMetric(name);
    if (known !== undefined) return known as Counter;
    return new Counter({
      name,
      help: `${name}, since the start.`,
      labelNames,
      registers: [registry],
    });
  };
  const gaugeOf = (name: string): Gauge => {
    const known = registry.getSingleMetric(name);
    if (known !== undefined) return known as Gauge;
    return new Gauge({ name, help: `${name}, now.`, registers: [registry] });
  };

  const read = ({ prefix, counters, gauges, labelled }: MetricSource): void => {
    for (const [name, value] of Object.entries(counters?.() ?? {})) {
      const counter = counterOf(`belfry_${prefix}_${name}_total`);
      counter.reset();
      counter.inc(value);
    }
    for (const [name, value] of Object.entries(gauges?.() ?? {})) {
      gaugeOf(`belfry_${prefix}_${name}`).set(value);
    }
    for (const [name, { label, counts }] of Object.entries(labelled?.() ?? {})) {
      const labels = typeof label === 'string' ? [label] : [...label];
      const counter = counterOf(`belfry_${prefix}_${name}_total`, labels);
      counter.reset();
      for (const [key, value] of counts) {
        const values = labels.length === 1 ? [String(key)] : String(key).split(' ');
        const each = labels.map((of, i) => [of, values[i] ?? ''] as const);
        counter.inc(Object.fromEntries(each), value);
      }
    }
  };

  const merged = Registry.merge([processRegistry(), registry]);
  return {
    contentType: merged.contentType,
    async text() {
      for (const source of sources) read(source);
      const text = await Registry.merge([processRegistry(), registry]).metrics();
      const histograms = sources.flatMap(({ prefix, histograms: all }) =>
        Object.entries(all?.() ?? {}).map(([name, figures]) =>
          histogramText(`belfry_${prefix}_${name}`, figures),
        ),
      );
      return [text, ...histograms].join('\n');
    },
  };
}
