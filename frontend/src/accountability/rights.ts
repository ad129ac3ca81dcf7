/** What residents may ask, and why they may be refused; held to the server's lists. */

import type { RefusalGround, RequestKind } from "../api/types";

const ASKED: Record<RequestKind, true> = {
  access: true,
  viewing: true,
  rectification: true,
  limitation: true,
  erasure: true,
};

const REFUSED: Record<RefusalGround, true> = {
  state_security: true,
  defence: true,
  public_security: true,
  court_proceedings: true,
  rights_of_others: true,
};

export const KINDS = Object.keys(ASKED) as RequestKind[];
export const GROUNDS = Object.keys(REFUSED) as RefusalGround[];
