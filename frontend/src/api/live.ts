/** A camera's pictures as they come: parts of one endless answer, each a JPEG. */

import { ApiError } from "./client";

const HEAD_END = [13, 10, 13, 10];

/** Read pictures until the server ends them or `signal` says to stop; the newest is shown. */
export async function watch(
  url: string,
  signal: AbortSignal,
  show: (picture: Blob) => Promise<void>,
): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) throw new ApiError(response.status, null);
  const reader = response.body.getReader();
  let waiting = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    waiting = joined(waiting, value);
    let newest: Blob | null = null;
    for (let part = takePart(waiting); part !== null; part = takePart(waiting)) {
      newest = new Blob([part.picture], { type: "image/jpeg" });
      waiting = part.rest;
    }
    if (newest !== null) await show(newest);
  }
}

/** The first whole part and what follows it; null while it is incomplete. */
export function takePart(
  bytes: Uint8Array<ArrayBuffer>,
): { picture: Uint8Array<ArrayBuffer>; rest: Uint8Array<ArrayBuffer> } | null {
  const head = find(bytes, HEAD_END);
  if (head < 0) return null;
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, head));
  const length = Number(/content-length: *(\d+)/i.exec(text)?.[1]);
  if (!Number.isInteger(length)) throw new Error("a part without a length");
  const start = head + HEAD_END.length;
  if (bytes.length < start + length) return null;
  return { picture: bytes.slice(start, start + length), rest: bytes.slice(start + length) };
}

function find(bytes: Uint8Array, wanted: number[]): number {
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
