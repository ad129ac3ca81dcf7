/** How the public map is drawn: plain values, so that they can be tested without a map. */

import type { GeoJSONSourceSpecification, StyleSpecification } from "maplibre-gl";

export type Point = [number, number];

interface Shape {
  type: "Feature";
  geometry: { type: "Point"; coordinates: Point } | { type: "Polygon"; coordinates: Point[][] };
  properties: Record<string, unknown> | null;
}

/** What the server sends: perimeter, fields of view, cameras. */
export interface Shapes {
  type: "FeatureCollection";
  features: Shape[];
}

export interface Colours {
  ink: string;
  ground: string;
  view: string;
}

/** A single camera is shown with so much around it, degrees: some hundred metres. */
const AROUND = 0.001;

/** South-west and north-east of everything; raises when there is nothing. */
export function boundsOf(shapes: Shapes): [Point, Point] {
  const points = shapes.features.flatMap(({ geometry }) =>
    geometry.type === "Point" ? [geometry.coordinates] : geometry.coordinates.flat(),
  );
  if (points.length === 0) throw new RangeError("nothing to show");
  const east = points.map(([longitude]) => longitude);
  const north = points.map(([, latitude]) => latitude);
  const sides: [number, number, number, number] = [
    Math.min(...east),
    Math.min(...north),
    Math.max(...east),
    Math.max(...north),
  ];
  const [west, south, right, top] = sides;
  if (right > west || top > south) return [[west, south], [right, top]];
  return [[west - AROUND, south - AROUND], [right + AROUND, top + AROUND]];
}

/** The page's own colours, by the names of its style sheet. */
export function colours(read: (name: string) => string): Colours {
  return { ink: read("--ink"), ground: read("--soft"), view: read("--link") };
}

/** The style; `tiles` the address of the town's own ground map, where it has one. */
export function styleOf(shapes: Shapes, colour: Colours, tiles?: string): StyleSpecification {
  return {
    version: 8,
    sources: {
      shapes: { type: "geojson", data: shapes as GeoJSONSourceSpecification["data"] },
      ...(tiles === undefined ? {} : { ground: { type: "raster", tiles: [tiles], tileSize: 256 } }),
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": colour.ground } },
      ...(tiles === undefined
        ? []
        : [{ id: "ground", type: "raster" as const, source: "ground" }]),
      {
        id: "views",
        type: "fill",
        source: "shapes",
        filter: ["==", ["get", "vsa:shape"], "view"],
        paint: { "fill-color": colour.view, "fill-opacity": 0.25, "fill-outline-color": colour.view },
      },
      {
        id: "perimeter",
        type: "line",
        source: "shapes",
        filter: ["==", ["get", "vsa:shape"], "perimeter"],
        paint: { "line-color": colour.ink, "line-width": 2, "line-dasharray": [4, 2] },
      },
    ],
  };
}
