import { describe, expect, test } from "vitest";
import type { FieldRow } from "../api/types";
import { chosen, duration, figure, percent, surelyBelow } from "./figures";

const row = (changes: Partial<FieldRow>): FieldRow =>
  ({
    situation: "fire",
    cut: "all",
    value: "",
    few: false,
    high: 0.8,
    evaluated_precision: 0.9,
    ...changes,
  }) as FieldRow;

describe("field figures", () => {
  test("are written as the reader writes numbers", () => {
    expect(percent(0.857, "en")).toBe("86%");
    expect(percent(0.857, "fr").replace(/\s/g, " ")).toBe("86 %");
    expect(figure(0.01234, "fr")).toBe("0,012");
    expect(figure(1234.5, "en")).toBe("1,235");
  });

  test("change from seconds to minutes when seconds say little", () => {
    expect(duration(30)).toEqual({ unit: "seconds", value: 30 });
    expect(duration(300)).toEqual({ unit: "minutes", value: 5 });
  });

  test("are only called worse than the evaluation when it is sure", () => {
    expect(surelyBelow(row({}))).toBe(true);
    expect(surelyBelow(row({ high: 0.95 }))).toBe(false);
    expect(surelyBelow(row({ few: true }))).toBe(false);
    expect(surelyBelow(row({ evaluated_precision: null }))).toBe(false);
  });

  test("are chosen by cut and situation", () => {
    const rows = [row({}), row({ situation: "weapon" }), row({ cut: "hour", value: "14" })];
    expect(chosen(rows, "all", "")).toHaveLength(2);
    expect(chosen(rows, "all", "weapon")).toHaveLength(1);
    expect(chosen(rows, "hour", "")).toHaveLength(1);
  });
});
