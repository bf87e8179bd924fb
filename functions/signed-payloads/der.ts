/**
 * As much DER (X.690) as it takes to list the extensions of an X.509 certificate (RFC 5280, 4.1): Node's own class does
 * not name them, and an extension counts only where it stands as one, never where its bytes happen to occur.
 */

/** A value: its tag, and where its content begins and ends. */
interface Element {
  tag: number;
  start: number;
  end: number;
}

const sequence = 0x30;
const objectIdentifier = 0x06;
/** `extensions [3] EXPLICIT` of TBSCertificate. */
const extensionsTag = 0xa3;

/** @throws RangeError where the bytes are no element that ends before `end`. */
function read(bytes: Uint8Array, at: number, end: number): Element {
  const byte = (index: number): number => {
    const value = index < end ? bytes[index] : undefined;
    if (value === undefined) throw new RangeError("The certificate ends in the middle.");
    return value;
  };
  const tag = byte(at);
  if ((tag & 0x1f) === 0x1f) throw new RangeError("The certificate has a tag of several bytes.");
  const first = byte(at + 1);
  let length = first;
  let start = at + 2;
  if (first > 0x7f) {
    const count = first & 0x7f;
    length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + byte(start + index);
    // DER has one length for each content, the shortest (X.690, 10.1), and none that is open.
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new RangeError("The certificate has a length that DER does not have.");
    }
    start += count;
  }
  if (start + length > end) throw new RangeError("The certificate ends in the middle.");
  return { tag, start, end: start + length };
}

function children(bytes: Uint8Array, parent: Element): Element[] {
  const found: Element[] = [];
  for (let at = parent.start; at < parent.end; at = found.at(-1)?.end ?? parent.end) {
    found.push(read(bytes, at, parent.end));
  }
  return found;
}

function only(elements: readonly Element[], tag: number): Element {
  const [first] = elements;
  if (first?.tag !== tag) throw new RangeError("The certificate is not built as RFC 5280 has it.");
  return first;
}

/** Dotted form of an object identifier (X.690, 8.19). One identifier has one encoding: no other stands for it. */
function dotted(bytes: Uint8Array, { start, end }: Element): string {
  const numbers: number[] = [];
  let value = 0;
  let isNew = true;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (isNew && byte === 0x80)
      throw new RangeError("The certificate has an identifier with zeros in front.");
    // Beyond the whole numbers that a double holds it is inexact, but never small again.
    value = value * 128 + (byte & 0x7f);
    isNew = (byte & 0x80) === 0;
    if (!isNew) continue;
    numbers.push(value);
    value = 0;
  }
  if (!isNew || numbers.length === 0)
    throw new RangeError("The certificate has an identifier without an end.");
  const [head = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(head / 40));
  return [top, head - top * 40, ...rest].join(".");
}

/**
 * IDs of the extensions of a certificate.
 *
 * @param bytes DER of one certificate.
 * @throws RangeError where it is none.
 */
export function extensionIds(bytes: Uint8Array): ReadonlySet<string> {
  const certificate = read(bytes, 0, bytes.length);
  if (certificate.tag !== sequence || certificate.end !== bytes.length) {
    throw new RangeError("The certificate is followed by something.");
  }
  const tbs = only(children(bytes, certificate), sequence);
  const wrapper = children(bytes, tbs).find(({ tag }) => tag === extensionsTag);
  if (!wrapper) return new Set();
  const list = only(children(bytes, wrapper), sequence);
  return new Set(
    children(bytes, list).map((extension) =>
      dotted(bytes, only(children(bytes, extension), objectIdentifier)),
    ),
  );
}
