import { PNG } from "pngjs";
import { colour, iconSize } from "../icon.ts";
import { type Connector, type Rules, unless } from "./check.ts";

/** The picture of the connector. */
export const iconRules: Rules = {
  IconIsPng: (connector) => unless(read(connector) !== undefined, "icon.png cannot be read."),
  IconSize: (connector) => {
    const icon = read(connector);
    return unless(
      !icon || (icon.width === iconSize && icon.height === iconSize),
      `icon.png must be ${iconSize} × ${iconSize}.`,
    );
  },
  IconBackground: (connector) => {
    const icon = read(connector);
    if (!icon) return [];
    const [red, green, blue] = colour(connector.properties.properties.iconBrandColor);
    const edges = Array.from({ length: icon.width * icon.height }, (_, index) => index).filter((index) => {
      const [x, y] = [index % icon.width, Math.floor(index / icon.width)];
      return x === 0 || y === 0 || x === icon.width - 1 || y === icon.height - 1;
    });
    const same = edges.every((index) => {
      const [r, g, b, alpha] = icon.data.subarray(index * 4, index * 4 + 4);
      return r === red && g === green && b === blue && alpha === 255;
    });
    return unless(same, "the background of icon.png must be iconBrandColor, without transparency.");
  },
  IconHasMark: (connector) => {
    const icon = read(connector);
    const first = icon?.data.subarray(0, 4);
    const pixels = icon ? icon.data.length / 4 : 0;
    const drawn = Array.from({ length: pixels }, (_, index) => index).filter(
      (index) => first && !icon?.data.subarray(index * 4, index * 4 + 4).equals(first),
    ).length;
    // A mark fills a part of the picture: neither a speck nor everything.
    return unless(!icon || (drawn > pixels * 0.05 && drawn < pixels * 0.7), "icon.png shows no mark.");
  },
};

function read({ icon }: Connector): PNG | undefined {
  try {
    return PNG.sync.read(icon);
  } catch {
    return undefined;
  }
}
