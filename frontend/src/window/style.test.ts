import { describe, expect, test } from "vitest";
import { boundsOf, colours, styleOf, type Shapes } from "./style";

const camera = (longitude: number, latitude: number): Shapes["features"][number] => ({
  type: "Feature",
  geometry: { type: "Point", coordinates: [longitude, latitude] },
  properties: { "vsa:shape": "camera" },
});
const all = (...features: Shapes["features"]): Shapes => ({ type: "FeatureCollection", features });

describe("the public map", () => {
  test("shows everything there is", () => {
    expect(boundsOf(all(camera(2, 48), camera(3, 47)))).toEqual([[2, 47], [3, 48]]);
  });

  test("shows what is around a single camera", () => {
    const [[west, south], [east, north]] = boundsOf(all(camera(2, 48)));
    expect(east).toBeGreaterThan(west);
    expect(north).toBeGreaterThan(south);
  });

  test("has nothing to show without a camera", () => {
    expect(() => boundsOf(all())).toThrow(RangeError);
  });

  test("asks no other server: it names no address but the town's own tiles", () => {
    const read = (name: string): string => name;
    const bare = JSON.stringify(styleOf(all(camera(2, 48)), colours(read)));
    expect(bare).not.toContain("http");
    const tiled = styleOf(all(camera(2, 48)), colours(read), "http://here/{z}/{x}/{y}.png");
    expect(tiled.sources["ground"]).toBeDefined();
    expect(tiled.layers[1]?.id).toBe("ground");
  });
});
