// Opus from WebM to Ogg: Chromium records the first, and Telegram's voice messages are the second.

// Elements whose contents are elements, and those that are read.
const parents = new Set([0x18538067, 0x1f43b675, 0x1654ae6b, 0xae, 0xa0]);
const codecPrivate = 0x63a2;
const blocks = new Set([0xa3, 0xa1]);

// The Ogg file; the bytes as they are if they have no Opus.
export function asOgg(webm) {
  const { head, packets } = read(webm);
  if (!head || !packets.length) return webm;
  const stream = new OggStream();
  stream.page([head], 0, 2);
  stream.page([new TextEncoder().encode("OpusTags\x08\0\0\0pipegram\0\0\0\0")], 0, 0);
  let position = 0;
  while (packets.length) {
    const page = packets.splice(0, 40);
    for (const packet of page) position += samples(packet);
    stream.page(page, position, packets.length ? 0 : 4);
  }
  return new Uint8Array(stream.bytes);
}

function read(webm) {
  let head = null;
  const packets = [];
  for (let at = 0; at < webm.length;) {
    const idLength = Math.clz32(webm[at]) - 23;
    const id = number(webm, at, idLength);
    at += idLength;
    const sizeLength = Math.clz32(webm[at]) - 23;
    const size = number(webm, at, sizeLength) - 2 ** (7 * sizeLength);
    at += sizeLength;
    // A parent's size may be unknown, so its contents are read as if they stood beside it.
    if (parents.has(id)) continue;
    if (id === codecPrivate) head = webm.subarray(at, at + size);
    // A block begins with its track's number, time and flags.
    if (blocks.has(id)) packets.push(webm.subarray(at + 4, at + size));
    at += size;
  }
  return { head, packets };
}

const number = (bytes, at, length) => bytes.subarray(at, at + length).reduce((value, byte) => value * 256 + byte, 0);

// The length of an Opus packet, as its first byte has it (RFC 6716, section 3.1), at 48 kHz.
function samples(packet) {
  const kind = packet[0] >> 3;
  const frame = kind < 12 ? [480, 960, 1920, 2880][kind & 3] : kind < 16 ? [480, 960][kind & 1] : [120, 240, 480, 960][kind & 3];
  const count = [1, 2, 2, packet[1] & 63][packet[0] & 3];
  return frame * count;
}

class OggStream {
  bytes = [];
  count = 0;

  // `flags` is 2 for the first page and 4 for the last one.
  page(packets, position, flags) {
    const sizes = packets.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]);
    const start = [
      0x4f, 0x67, 0x67, 0x53, 0, flags, ...little(position, 8), 1, 0, 0, 0, ...little(this.count++, 4), 0, 0, 0, 0, sizes.length, ...sizes];
    const page = start.concat(...packets.map((packet) => [...packet]));
    page.splice(22, 4, ...little(checksum(page), 4));
    for (const byte of page) this.bytes.push(byte);
  }
}

const little = (value, count) => Array.from({ length: count }, (_, index) => Math.floor(value / 256 ** index) % 256);

// Ogg's CRC-32: not reflected, from 0.
function checksum(bytes) {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}
