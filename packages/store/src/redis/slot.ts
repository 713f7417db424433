const SLOTS = 16_384;

/** CRC16/XMODEM of a text, as Redis Cluster uses it (cluster specification, "Appendix A"). */
function crc16(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
    }
  }
  return crc;
}

/** The Cluster slot of a hash tag, or of a key without one. */
export function slotOf(tag: string): number {
  return crc16(tag) % SLOTS;
}
