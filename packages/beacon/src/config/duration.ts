/** A span of time: a number with `ms`, `s`, `m` or `h`, several joined (`1m30s`); `0` or `0s`. */
export type Duration = string;
