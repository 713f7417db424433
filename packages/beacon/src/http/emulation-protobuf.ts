/** An `EmulationRequest` of the protocol: `node = 1`, `session = 2`, `data = 3`, in this order or another. */
interface Fields {
  readonly node: string;
  readonly session: string;
  readonly data: Buffer;
}

const LENGTH_DELIMITED = 2;

/** Reads one; `null`: it is none. Fields of newer versions are skipped where their length says so. */
export function decodeEmulationProtobuf(body: Buffer): Fields | null {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < body.length) {
    const tag = body[at] ?? 0;
    // Field numbers above 15 take two bytes: no version has so many.
    if (tag >= 0x80 || (tag & 7) !== LENGTH_DELIMITED) return null;
    let length = 0;
    let shift = 0;
    for (;;) {
      const byte = body[++at];
      // Nothing that fits a body has a length of more than four bytes.
      if (byte === undefined || shift > 21) return null;
      length |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) break;
    }
    at++;
    if (at + length > body.length) return null;
    fields[tag >> 3] = body.subarray(at, at + length);
    at += length;
  }
  const [, node, session, data] = fields;
  return {
    node: node?.toString('utf8') ?? '',
    session: session?.toString('utf8') ?? '',
    data: data ?? Buffer.alloc(0),
  };
}
