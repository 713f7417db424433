/** What a process tells the primary. */
export type FromChild =
  /** It runs. `url`: where it is reached from this machine. */
  | { readonly type: 'ready'; readonly url?: string }
  /** Somebody asks for the metrics of all. */
  | { readonly type: 'all-metrics'; readonly id: number }
  /** Its own, as asked; `null`: it could not tell them. */
  | { readonly type: 'metrics'; readonly id: number; readonly text: string | null };

/** What the primary tells a process. */
export type ToChild =
  | { readonly type: 'metrics'; readonly id: number }
  | { readonly type: 'all-metrics'; readonly id: number; readonly text: string };
