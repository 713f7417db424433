const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/gy;

/**
 * The milliseconds of a duration as the configuration writes it: `300s`, `1m30s`, `720h`, `250ms`, `0`.
 *
 * @param field names the option in the error
 * @throws TypeError when it is not one
 */
export function parseDuration(text: string, field: string): number {
  if (text === '0') return 0;
  let total = 0;
  let end = 0;
  PART.lastIndex = 0;
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    total += Number(part[1]) * (UNITS[part[2] ?? ''] ?? 0);
    end = PART.lastIndex;
  }
  if (end !== text.length || end === 0) {
    throw new TypeError(
      `${field}: ${JSON.stringify(text)} is not a duration; write a number with ms, s, m or h, like "300s" or "1m30s"`,
    );
  }
  return total;
}
