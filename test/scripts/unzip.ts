import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";

/** One file of a ZIP archive, as its central directory describes it. */
export interface ZipEntry {
  name: string;
  data: Buffer;
  /** Date and time in the archive's own form. */
  dosTime: number;
}

/** Reads an archive through its central directory: stored and deflated entries, no ZIP64. */
export function unzip(zip: Buffer): ZipEntry[] {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  assert.ok(end >= 0, "no end of central directory");
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(zip.readUInt32LE(at), 0x02014b50);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      zip.readUInt16LE(at + offset),
    );
    const header = zip.readUInt32LE(at + 42);
    const begin = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const packed = zip.subarray(begin, begin + zip.readUInt32LE(at + 20));
    entries.push({
      name: zip.toString("utf8", at + 46, at + 46 + (nameLength ?? 0)),
      data: zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed),
      dosTime: zip.readUInt32LE(at + 12),
    });
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return entries;
}
