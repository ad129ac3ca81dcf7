import { expect, test } from "vitest";
import { day } from "./days";

test("a day is the same day whatever the reader's time zone", () => {
  expect(day("2026-07-14", "en")).toBe("14 Jul 2026");
  expect(day("2026-01-01", "fr")).toBe("1 janv. 2026");
});
