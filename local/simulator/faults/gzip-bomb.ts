import { constants, crc32, deflateRawSync, gzipSync } from "node:zlib";

/** Small enough to compress in a few milliseconds, large enough to reach deflate's best ratio of about 1,000. */
const blockSize = 1_048_576;

/** A gzip header without name, time or comment (RFC 1952, 2.3). */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty final deflate block with fixed codes (RFC 1951, 3.2.3). */
const lastBlock = Buffer.from([0x03, 0x00]);

/**
 * One gzip stream of about 1/1,000 of `size` that expands to `size` spaces, rounded up to whole megabytes. Spaces
 * are JSON's white space, so that a reader that expects JSON goes on reading. Built from one compressed block that
 * repeats, so that 200 MB never stand in memory here.
 */
export function gzipBomb(size: number): Buffer {
  const blocks = Math.max(1, Math.ceil(size / blockSize));
  const plain = Buffer.alloc(blockSize, " ");
  // A full flush ends on a byte and forgets the dictionary, which makes the block repeatable.
  const packed = deflateRawSync(plain, { finishFlush: constants.Z_FULL_FLUSH });
  let checksum = 0;
  for (let block = 0; block < blocks; block += 1) checksum = crc32(plain, checksum);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum >>> 0, 0);
  trailer.writeUInt32LE((blocks * blockSize) % 2 ** 32, 4);
  return Buffer.concat([header, ...Array.from({ length: blocks }, () => packed), lastBlock, trailer]);
}

/** A bomb compressed once more: a few kilobytes. */
export function nestedBomb(size: number): Buffer {
  return gzipSync(gzipBomb(size));
}
