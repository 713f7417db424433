/** What a frame of a test is made of; what is left out is as a well-behaved client has it. */
export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  /** The three reserved bits, RSV1 the highest. */
  readonly rsv?: number;
  /** `null`: not masked. */
  readonly mask?: readonly number[] | null;
  /** The length that the header claims, and how many bits it does it with. */
  readonly claims?: { readonly length: bigint; readonly bits: 7 | 16 | 64 };
}

const MASK = [0x37, 0xfa, 0x21, 0x3d];

/** A frame as a client sends it, right or wrong. */
export function clientFrame(parts: FrameParts): Buffer {
  const { opcode, fin = true, rsv = 0, mask = MASK } = parts;
  const payload = Buffer.from(parts.payload ?? '');
  const length = payload.length;
  const natural = length < 126 ? 7 : length < 0x1_0000 ? 16 : 64;
  const claims = parts.claims ?? { length: BigInt(length), bits: natural };
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const short = claims.bits === 7 ? Number(claims.length) : claims.bits === 16 ? 126 : 127;
  head.push((mask === null ? 0 : 0x80) | short);
  const size = claims.bits === 7 ? 0 : claims.bits / 8;
  for (let i = size - 1; i >= 0; i--) head.push(Number((claims.length >> BigInt(8 * i)) & 0xffn));
  if (mask === null) return Buffer.from([...head, ...payload]);
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.from(head), Buffer.from(mask), masked]);
}
