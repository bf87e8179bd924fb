import fc from "fast-check";

/** A value of DER that can be changed and written again: what it holds, or its own bytes. */
export interface Node {
  tag: number;
  content: Buffer | Node[];
  /** Bytes that stand in place of the length; absent: the right one. */
  length?: Buffer;
}

/** Reads DER as far as tags of one byte and lengths of at most three go: all that certificates need. */
export function parseDer(bytes: Buffer): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at + 1] ?? 0;
    const more = first > 0x7f ? first & 0x7f : 0;
    const start = at + 2 + more;
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
    const tag = bytes[at] ?? 0;
    const inner = bytes.subarray(start, start + length);
    // Constructed ones hold others.
    nodes.push({ tag, content: (tag & 0x20) === 0 ? inner : parseDer(inner) });
    at = start + length;
  }
  return nodes;
}

/** The values that a value holds; none where it holds bytes of its own. */
export function partsOf(node: Node | undefined): Node[] {
  return node && !Buffer.isBuffer(node.content) ? node.content : [];
}

/** The bytes of some values. */
export function writeDer(nodes: readonly Node[]): Buffer {
  return Buffer.concat(
    nodes.flatMap(({ tag, content, length }) => {
      const bytes = Buffer.isBuffer(content) ? content : writeDer(content);
      return [Buffer.from([tag]), length ?? lengthOf(bytes.length), bytes];
    }),
  );
}

function lengthOf(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const hex = size.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

/** How one value is changed. */
export type DerChange = (node: Node, siblings: Node[]) => void;

/** Identifier of the leaf's mark, 1.2.840.113635.100.6.11.1, as content of a value. */
const leafMark = Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 6, 11, 1]);

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((each) => Buffer.from(each));

/** Ways to make bad DER, or other DER, out of good. */
export const derChange: fc.Arbitrary<DerChange> = fc.oneof(
  fc.constant<DerChange>((node, siblings) => siblings.splice(siblings.indexOf(node), 1)),
  fc.nat({ max: 40 }).map<DerChange>((times) => (node, siblings) => {
    siblings.splice(siblings.indexOf(node), 0, ...Array.from({ length: times }, () => node));
  }),
  fc.nat({ max: 255 }).map<DerChange>((tag) => (node) => {
    node.tag = tag;
  }),
  bytes(80).map<DerChange>((content) => (node) => {
    node.content = content;
  }),
  // An identifier, or a number, without end.
  fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 3_000 })).map<DerChange>(([byte, times]) => (node) => {
    node.content = Buffer.alloc(times, byte);
  }),
  fc.constant<DerChange>((node) => {
    node.content = leafMark;
  }),
  // Lengths that are wrong, open or longer than they have to be.
  bytes(6).map<DerChange>((length) => (node) => {
    node.length = length;
  }),
  fc.nat({ max: 2 }).map<DerChange>((zeros) => (node) => {
    const size = writeDer([{ ...node, length: Buffer.alloc(0) }]).length - 1;
    const shortest = lengthOf(size);
    const digits = size < 0x80 ? shortest : shortest.subarray(1);
    node.length = Buffer.concat([Buffer.from([0x80 | (digits.length + zeros)]), Buffer.alloc(zeros), digits]);
  }),
  fc.integer({ min: 1, max: 400 }).map<DerChange>((levels) => (node) => {
    for (let level = 0; level < levels; level += 1) node.content = [{ tag: 0x30, content: node.content }];
  }),
  // One bit of one byte.
  fc.tuple(fc.nat(), fc.nat({ max: 7 })).map<DerChange>(([at, bit]) => (node) => {
    const changed = Buffer.from(Buffer.isBuffer(node.content) ? node.content : writeDer(node.content));
    const index = at % Math.max(changed.length, 1);
    if (changed.length > 0) changed[index] = (changed[index] ?? 0) ^ (1 << bit);
    node.content = changed;
  }),
);

/** Changes the value at `index`, counted from the outermost in order. */
export function changeDer(nodes: Node[], index: number, change: DerChange): void {
  const all: [Node, Node[]][] = [];
  const walk = (siblings: Node[]) => {
    for (const node of siblings) {
      all.push([node, siblings]);
      if (!Buffer.isBuffer(node.content)) walk(node.content);
    }
  };
  walk(nodes);
  const found = all[index % all.length];
  if (found) change(...found);
}
