const lineEnd = /\r\n|\r|\n/g;

/** Number of line ends in a text. */
export function lineEnds(text: string): number {
  return text.match(lineEnd)?.length ?? 0;
}

/** Counts lines along the bytes of a text; CRLF, LF and CR each end one. */
export class LineCounter {
  readonly #bytes: Uint8Array;
  #at = 0;
  #line: number;

  /** @param line number of the first line. */
  constructor(bytes: Uint8Array, line: number) {
    this.#bytes = bytes;
    this.#line = line;
  }

  /** Number of the line that goes on, or begins, after `end` bytes. Asked for ends in rising order. */
  lineAt(end: number): number {
    for (; this.#at < end; this.#at += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === 0x0a || (byte === 0x0d && this.#bytes[this.#at + 1] !== 0x0a)) this.#line += 1;
    }
    return this.#line;
  }

  /** Whether what ends after `end` bytes ends with a line end. */
  endsLine(end: number): boolean {
    const byte = this.#bytes[end - 1];
    return byte === 0x0a || byte === 0x0d;
  }

  /** Number of the first line after `end` that is not blank. */
  nextLine(end: number): number {
    let at = end;
    while (/\s/.test(String.fromCharCode(this.#bytes[at] ?? 0))) at += 1;
    return this.lineAt(at);
  }
}
