import { PNG } from "pngjs";
import { facts } from "./facts.ts";

/** Width and height that Microsoft asks for. */
export const iconSize = 230;

/** Points a side that one pixel is the mean of, for smooth edges. */
const samples = 4;

interface Point {
  x: number;
  y: number;
}

type Colour = readonly [red: number, green: number, blue: number];

/** The relay, left, and the three services that it speaks to. Coordinates in a square of side 100. */
const relay: Point = { x: 34, y: 50 };
const services: readonly Point[] = [
  { x: 75, y: 24 },
  { x: 75, y: 50 },
  { x: 75, y: 76 },
];
const ringRadius = 14;
const ringWidth = 6;
const dotRadius = 8;
const signalRadius = 5;
const lineWidth = 5;

const white: Colour = [255, 255, 255];
/** The call under way: warm against the background, so that it is seen at 32 pixels too. */
const signal: Colour = [255, 196, 61];

/** The icon of the connector: one ring, three lines, three dots on the brand colour. Drawn anew, the same each time. */
export function drawIcon(): PNG {
  const background = colour(facts.brandColor);
  const png = new PNG({ width: iconSize, height: iconSize, colorType: 2 });
  for (let y = 0; y < iconSize; y += 1) {
    for (let x = 0; x < iconSize; x += 1) {
      const sum: [number, number, number] = [0, 0, 0];
      for (let sample = 0; sample < samples * samples; sample += 1) {
        const point = {
          x: ((x + ((sample % samples) + 0.5) / samples) * 100) / iconSize,
          y: ((y + (Math.floor(sample / samples) + 0.5) / samples) * 100) / iconSize,
        };
        const [red, green, blue] = colourAt(point, background);
        sum[0] += red;
        sum[1] += green;
        sum[2] += blue;
      }
      const at = (y * iconSize + x) * 4;
      for (const [channel, value] of sum.entries()) png.data[at + channel] = Math.round(value / samples ** 2);
      png.data[at + 3] = 255;
    }
  }
  return png;
}

/** Three channels of `#rrggbb`. */
export function colour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function colourAt(point: Point, background: Colour): Colour {
  const toRelay = distance(point, relay);
  if (toRelay <= signalRadius) return signal;
  if (services.some((service) => distance(point, service) <= dotRadius)) return white;
  if (Math.abs(toRelay - ringRadius) <= ringWidth / 2) return white;
  const onLine = services.some((service) => distanceToLine(point, relay, service) <= lineWidth / 2);
  return onLine && toRelay > ringRadius ? white : background;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** Distance of a point from the piece of line between two others. */
function distanceToLine(point: Point, from: Point, to: Point): number {
  const along = { x: to.x - from.x, y: to.y - from.y };
  const share = ((point.x - from.x) * along.x + (point.y - from.y) * along.y) / (along.x ** 2 + along.y ** 2);
  const nearest = Math.min(1, Math.max(0, share));
  return distance(point, { x: from.x + nearest * along.x, y: from.y + nearest * along.y });
}

/** Whether a PNG file shows the same picture. Files of other zlib versions differ in bytes and not in pixels. */
export function sameIcon(file: Buffer, icon: PNG): boolean {
  try {
    const { width, height, data } = PNG.sync.read(file);
    return width === icon.width && height === icon.height && data.equals(icon.data);
  } catch {
    return false;
  }
}
