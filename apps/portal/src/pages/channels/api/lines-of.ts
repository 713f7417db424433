/** The most characters of a line that has no end; more is no stream of ours. */
const MAX_LINE = 32 * 1024 * 1024;

/** The lines of a stream that have something in them, as many at once as came at once. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new RangeError('a line is too long');
      const full = lines.filter((line) => line !== '');
      if (full.length > 0) yield full;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
