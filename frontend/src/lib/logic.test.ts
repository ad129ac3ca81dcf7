import { describe, expect, test } from "vitest";
import { takePart } from "../api/live";
import type { Alert } from "../api/types";
import { clock, nameOf, plain, size } from "./format";
import { Book } from "./book";
import { asksToStop, commandOf, followUpOf, type Press } from "./keys";
import { type Arranged, afterReview, neighbour, newer } from "./order";
import { fill, preferred } from "./texts";

function alert(id: string, opened_at: number, reviewed = false, more: Partial<Alert> = {}): Alert {
  return {
    id,
    camera_id: "quay",
    situation: "fire",
    zone_id: null,
    opened_at,
    closed_at: null,
    close_reason: null,
    region: [],
    mandate_id: null,
    mode: "rehearsal",
    evidence: [],
    review: reviewed
      ? { number: 1, verdict: "confirmed", follow_up: "none", reviewer: "A", at: 0 }
      : null,
    review_count: reviewed ? 1 : 0,
    labels: [],
    ...more,
  };
}

function arrange(alerts: Alert[]): Arranged {
  const book = new Book();
  for (const each of alerts) book.put(each);
  return book.arranged();
}

describe("the book of alerts", () => {
  test("stays in order whatever comes when, and knows each alert once", () => {
    const book = new Book();
    const times = Array.from({ length: 500 }, (_, index) => (index * 7919) % 97);
    times.forEach((time, index) => book.put(alert(`x${index}`, time, index % 3 === 0)));
    times.forEach((time, index) => book.put(alert(`x${index}`, time, index % 3 === 0)));
    const { due, done } = book.arranged();

    expect(due.length + done.length).toBe(500);
    for (const part of [due, done]) {
      const opened = part.map((each) => each.opened_at);
      expect(opened).toEqual([...opened].sort((a, b) => b - a));
    }
  });

  test("moves an alert when it is decided, and forgets it when told", () => {
    const book = new Book();
    book.put(alert("a", 1));
    book.put(alert("b", 1));
    book.put(alert("a", 1, true));
    expect(book.arranged().due.map((each) => each.id)).toEqual(["b"]);
    expect(book.arranged().done.map((each) => each.id)).toEqual(["a"]);
    book.put(alert("a", 1));
    expect(book.arranged().done.map((each) => each.id)).toEqual(["a"]);
    book.delete("a");
    expect(book.arranged().done).toEqual([]);
    expect(book.has("a")).toBe(false);
  });
});

describe("the order of alerts", () => {
  const [old, middle, fresh, done] = [
    alert("a", 1),
    alert("b", 2),
    alert("c", 3),
    alert("d", 4, true),
  ];
  const list = arrange([middle, done, old, fresh]);

  test("is unreviewed first, newest first", () => {
    expect(list.due.map((each) => each.id)).toEqual(["c", "b", "a"]);
    expect(list.done.map((each) => each.id)).toEqual(["d"]);
  });

  test("is walked from end to end and stops there", () => {
    expect(neighbour(list, null, 1)).toBe("c");
    expect(neighbour(list, "c", -1)).toBe("c");
    expect(neighbour(list, "a", 1)).toBe("d");
    expect(neighbour(list, "d", 1)).toBe("d");
    expect(neighbour(arrange([]), null, 1)).toBeNull();
  });

  test("goes on with the next older one after a decision, then from the newest", () => {
    expect(afterReview(list.due, "c")).toBe("b");
    expect(afterReview(list.due, "a")).toBe("c");
    expect(afterReview(list.due, "d")).toBe("c");
    expect(afterReview([fresh], "c")).toBeNull();
  });
});

test("a late reading never takes back what is known of an alert", () => {
  const open = alert("a", 1);
  const closed = alert("a", 1, false, { closed_at: 5, close_reason: "ended" });
  const reviewed = alert("a", 1, true);

  expect(newer(closed, open)).toBe(closed);
  expect(newer(closed, reviewed)).toBe(reviewed);
  expect(newer(open, closed)).toBe(closed);
});

describe("keys", () => {
  const press = (key: string, more: Partial<Press> = {}): Press => ({
    key,
    code: "",
    ctrlKey: false,
    altKey: false,
    shiftKey: false,
    metaKey: false,
    repeat: false,
    tag: "BODY",
    ...more,
  });

  test("decide and move, in either case", () => {
    expect(commandOf(press("c"))).toBe("confirmed");
    expect(commandOf(press("R"))).toBe("refuted");
    expect(commandOf(press("ArrowDown"))).toBe("next");
    expect(commandOf(press("x"))).toBeNull();
  });

  test("choose a follow-up by the key's place, without shift on a French keyboard", () => {
    expect(followUpOf(press("&", { code: "Digit1" }))).toBe(1);
    expect(followUpOf(press("3", { code: "Numpad3" }))).toBe(3);
    expect(followUpOf(press("0", { code: "Digit0" }))).toBeNull();
    expect(followUpOf(press("2", { code: "Digit2", tag: "INPUT" }))).toBeNull();
    expect(followUpOf(press("2", { code: "Digit2", ctrlKey: true }))).toBeNull();
  });

  test("do nothing while somebody types or uses the browser's own", () => {
    expect(commandOf(press("c", { tag: "INPUT" }))).toBeNull();
    expect(commandOf(press("d", { tag: "SELECT" }))).toBeNull();
    expect(commandOf(press("c", { ctrlKey: true }))).toBeNull();
  });

  test("ask to stop everything, three together, also while somebody types", () => {
    const all = { ctrlKey: true, shiftKey: true };
    expect(asksToStop(press("Backspace", { ...all, tag: "INPUT" }))).toBe(true);
    expect(commandOf(press("Backspace", all))).toBeNull();
    expect(asksToStop(press("Backspace", { ctrlKey: true }))).toBe(false);
    expect(asksToStop(press("Backspace", { shiftKey: true }))).toBe(false);
    expect(asksToStop(press("Backspace", { ...all, altKey: true }))).toBe(false);
    expect(asksToStop(press("Backspace", { ...all, repeat: true }))).toBe(false);
    expect(asksToStop(press("Enter", all))).toBe(false);
  });

  test("held down move on but decide once", () => {
    expect(commandOf(press("j", { repeat: true }))).toBe("next");
    expect(commandOf(press("c", { repeat: true }))).toBeNull();
  });
});

describe("texts", () => {
  test("are filled and leave what they do not know", () => {
    expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  });

  test("speak the first language of the reader that is spoken here", () => {
    expect(preferred(["de-DE", "fr-CA", "en"])).toBe("fr");
    expect(preferred(["de"])).toBe("en");
  });
});

describe("words for the journal", () => {
  test("name a person without the door they came through", () => {
    expect(nameOf("desk:Anna Weil")).toBe("Anna Weil");
    expect(nameOf("account:a.weil")).toBe("a.weil");
    expect(nameOf("Anna")).toBe("Anna");
  });

  test("are one line with plain spaces, as French keyboards do not type them", () => {
    expect(plain(" foule\u00a0: porte\t3\u202f! ")).toBe("foule : porte 3 !");
  });
});

describe("figures", () => {
  test("show the day only when it is another one", () => {
    const noon = new Date(2026, 10, 22, 12, 0, 5);
    const at = noon.getTime() / 1000;
    expect(clock(at, "en", noon)).toBe("12:00:05");
    expect(clock(at, "fr", new Date(2026, 10, 23))).toBe("22 nov., 12:00:05");
  });

  test("show bytes in a unit one can imagine", () => {
    expect(size(2.5e9, "en")).toBe("2.5 GB");
    expect(size(3e6, "fr")).toBe("3\u00a0Mo".replace("\u00a0", "\u202f"));
  });
});

describe("live pictures", () => {
  const bytes = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
  const part = "--picture\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nab\r\nc";

  test("come out whole, whatever bytes they hold", () => {
    const taken = takePart(bytes(`${part}\r\n--picture\r\n`));
    expect(new TextDecoder().decode(taken?.picture)).toBe("ab\r\nc");
    expect(new TextDecoder().decode(taken?.rest)).toBe("\r\n--picture\r\n");
  });

  test("wait for their last byte", () => {
    for (let end = 0; end < part.length; end++) {
      expect(takePart(bytes(part.slice(0, end)))).toBeNull();
    }
  });

  test("without a length are refused", () => {
    expect(() => takePart(bytes("--picture\r\n\r\nabc"))).toThrow("length");
  });
});
