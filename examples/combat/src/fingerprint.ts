/** Sixteen hexadecimal digits that stand for a text; the same everywhere. Not for secrets: somebody could make two texts with the same ones. */
export function fingerprint(text: string): string {
  let high = 0x2545_f491;
  let low = 0x9e37_79b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x85eb_ca6b);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low ^ unit, 0xc2b2_ae35);
    low = (low << 17) | (low >>> 15);
  }
  high = finish(high ^ text.length);
  low = finish(low ^ high);
  return hex(finish(high ^ low)) + hex(low);
}

function finish(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x7feb_352d);
  h = Math.imul(h ^ (h >>> 15), 0x846c_a68b);
  return h ^ (h >>> 16);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
