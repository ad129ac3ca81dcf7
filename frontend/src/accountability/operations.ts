/** What can be journalled; the compiler holds the list to the server's. */

import type { Operation } from "../api/types";

const NAMED: Record<Operation, true> = {
  start: true,
  stop: true,
  configuration: true,
  evaluation: true,
  rehearsal: true,
  view: true,
  consultation: true,
  review: true,
  export: true,
  erasure: true,
  suspension: true,
  resumption: true,
  access: true,
  rejected_file: true,
  disk_full: true,
  failure: true,
  recovery: true,
  destruction: true,
  hold: true,
  witness: true,
  view_refused: true,
  action_refused: true,
  log_in: true,
  log_in_refused: true,
  log_out: true,
  account: true,
  habilitation: true,
  mandate: true,
  camera_moved: true,
  finding: true,
  rights: true,
  drill: true,
};

export const OPERATIONS = Object.keys(NAMED) as Operation[];
