import { describe, expect, test } from "vitest";
import { documentOf, fitted, withShape, withoutShape, type CameraDraft, type Point } from "./draft";
import { begun, redone, stepped, undone } from "./history";
import {
  moved,
  shifted,
  snapped,
  stepOf,
  turned,
  withCornerAfter,
  withoutCorner,
} from "./shapes";

const SQUARE: Point[] = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6], [0.2, 0.6]];
const CAMERA: CameraDraft = { id: "gate", name: "Gate", source: "rtsp://h/1" };

describe("a dragged corner", () => {
  test("goes to a corner of another shape nearby, before an edge", () => {
    expect(snapped([0.009, 0.5], [[0.012, 0.505]])).toEqual([0.012, 0.505]);
  });

  test("goes to the picture's edge nearby", () => {
    expect(snapped([0.005, 0.993], [])).toEqual([0, 1]);
    expect(snapped([0.5, 0.4], SQUARE)).toEqual([0.5, 0.4]);
  });

  test("never leaves the picture", () => {
    expect(moved(SQUARE, 0, [-3, 2])[0]).toEqual([0, 1]);
  });
});

describe("a shape", () => {
  test("moves as a whole and stops at the edge with its form kept", () => {
    expect(shifted(SQUARE, [0.9, -0.9])).toEqual([[0.6, 0], [1, 0], [1, 0.4], [0.6, 0.4]]);
  });

  test("gets a corner in the middle of the edge that follows, the last one's too", () => {
    expect(withCornerAfter(SQUARE, 0)[1]).toEqual([0.4, 0.2]);
    expect(withCornerAfter(SQUARE, 3)[4]).toEqual([0.2, 0.4]);
  });

  test("keeps the corners without which it is none", () => {
    const three = withoutCorner(SQUARE, 1, 3);
    expect(three).toHaveLength(3);
    expect(withoutCorner(three, 0, 3)).toEqual(three);
  });
});

test("arrow keys move by small steps, with Shift by larger ones; others do not", () => {
  expect(stepOf("ArrowRight", false)).toEqual([0.005, 0]);
  expect(stepOf("ArrowUp", true)).toEqual([0, -0.02]);
  expect(stepOf("a", false)).toBeNull();
});

test("a direction turns clockwise as seen and keeps its length", () => {
  expect(turned([1, 0], 90)).toEqual([0, 1]);
  expect(turned([0, 1], 90)).toEqual([-1, 0]);
});

describe("the past", () => {
  test("is gone back through and forth again", () => {
    const past = stepped(stepped(begun("a"), "b"), "c");
    expect(undone(past).now).toBe("b");
    expect(redone(undone(past)).now).toBe("c");
    expect(undone(undone(undone(past))).now).toBe("a");
    expect(redone(past)).toBe(past);
  });

  test("forgets what was undone once something else was done", () => {
    const past = stepped(undone(stepped(begun("a"), "b")), "c");
    expect(redone(past).now).toBe("c");
    expect(undone(past).now).toBe("a");
  });

  test("takes a drag for one step, and the next drag for another", () => {
    let past = begun(0);
    for (const [at, now] of [[1000, 1], [1100, 2], [1200, 3]] as const) past = stepped(past, now, "drag", at);
    expect(undone(past).now).toBe(0);
    expect(undone(stepped(past, 9, "drag", 9000)).now).toBe(3);
  });
});

describe("a camera", () => {
  test("gets a zone with its situation switched on and room for the act", () => {
    const drawn = withShape(CAMERA, "zones", "zone_intrusion");
    expect(drawn.zones?.[0]).toMatchObject({ id: "zone-1", act: "" });
    expect(drawn.situations).toEqual({ zone_intrusion: {} });
    expect(withShape(drawn, "zones", "zone_intrusion").zones?.[1]?.id).toBe("zone-2");
  });

  test("gives a zone the direction that its situation needs, and takes it away again", () => {
    const drawn = withShape(CAMERA, "zones", "wrong_way");
    expect(drawn.zones?.[0]?.direction).toEqual([0, 1]);
    const other = { ...drawn, zones: [{ ...drawn.zones![0]!, situation: "crowd_density" as const }] };
    expect(fitted(other, 0).zones?.[0]).not.toHaveProperty("direction");
  });

  test("is sent without what is empty, so that a missing act is said to be missing", () => {
    const drawn = withoutShape(withShape(CAMERA, "masks", "fire"), { kind: "masks", index: 0 });
    expect(JSON.parse(documentOf(drawn))).toEqual(CAMERA);
    const zone = JSON.parse(documentOf(withShape(CAMERA, "zones", "zone_intrusion"))).zones[0];
    expect(zone).not.toHaveProperty("act");
  });
});
