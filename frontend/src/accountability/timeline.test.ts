import { describe, expect, test } from "vitest";
import { dayStart, lineOf, standing } from "./timeline";

const mandate = { start: "2026-01-01T00:00:00Z", end: "2026-01-11T00:00:00Z" };

describe("the time line", () => {
  test("runs from the first mandate to the last or to now", () => {
    const line = lineOf({
      mandates: [mandate],
      suspensions: [{ begun: "2026-01-06T00:00:00Z", ended: null }],
      at: "2026-01-21T00:00:00Z",
    });
    expect(line).toEqual({
      mandates: [{ start: 0, end: 0.5 }],
      suspensions: [{ start: 0.25, end: 1 }],
      now: 1,
    });
  });

  test("is not drawn without a mandate", () => {
    expect(lineOf({ mandates: [], suspensions: [], at: "2026-01-21T00:00:00Z" })).toBeNull();
  });

  test("a mandate is to come, in force, over or revoked", () => {
    const at = "2026-01-21T00:00:00Z";
    const plain = { ...mandate, revoked: false, current: false };
    expect(standing(plain, at)).toBe("over");
    expect(standing({ ...plain, current: true }, at)).toBe("in_force");
    expect(standing({ ...plain, revoked: true }, at)).toBe("revoked");
    expect(standing(plain, "2025-12-31T00:00:00Z")).toBe("to_come");
  });

  test("a day without a date is none, and the next day begins a day later", () => {
    expect(dayStart("")).toBeNull();
    expect((dayStart("2026-01-02") ?? 0) - (dayStart("2026-01-01") ?? 0)).toBe(86400);
    expect(dayStart("2026-01-01", 1)).toBe(dayStart("2026-01-02"));
  });
});
