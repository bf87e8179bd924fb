/** Bytes that every PNG file begins with, its first chunk included up to the name. Source: PNG (W3C), 5.2 and 11.2.1. */
const signature = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

/** The last chunk of every PNG file. Source: PNG (W3C), 11.2.5. */
const end = Buffer.from("0000000049454e44ae426082", "hex");

/** Colour types with an alpha channel. Source: PNG (W3C), 11.2.1. */
const withAlpha: ReadonlySet<number | undefined> = new Set([4, 6]);

/**
 * What Apple would refuse an image for that can be seen without reading its pixels: a part of it is missing, it has
 * another size than asked for, or an alpha channel.
 *
 * @returns what is wrong, to follow "The image"; undefined where nothing is.
 */
export function pngProblem(bytes: Buffer, size: string): string | undefined {
  // The header ends after width, height, bit depth and colour type.
  if (bytes.length < 26 || !bytes.subarray(0, signature.length).equals(signature))
    return "must be a PNG file.";
  if (!bytes.includes(end)) return "must be a whole PNG file: this one is cut short.";
  if (withAlpha.has(bytes[25])) return "must have no transparency: this one has an alpha channel.";
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const fits = sizes.get(size);
  if (!fits || fits.test(width, height)) return undefined;
  return `must be ${fits.words}, not ${width} × ${height}.`;
}

/** Source: Apple, Upload Image. Sizes that are not known here are left to Apple. */
const sizes: ReadonlyMap<string, { words: string; test(width: number, height: number): boolean }> = new Map([
  [
    "FULL_SIZE",
    {
      words: "3840 pixels wide and 160 to 2160 high",
      test: (width: number, height: number) => width === 3_840 && height >= 160 && height <= 2_160,
    },
  ],
  [
    "BULLET_POINT",
    {
      words: "1024 × 1024 pixels",
      test: (width: number, height: number) => width === 1_024 && height === 1_024,
    },
  ],
]);
