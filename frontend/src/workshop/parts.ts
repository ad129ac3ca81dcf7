/** The parts of a camera that the bench shows one at a time. */

export const PARTS = ["settings", "drawing", "trial", "ground", "health"] as const;
export type Part = (typeof PARTS)[number];
