import type { Component } from "svelte";
import type { Desk } from "./lib/desk.svelte";

/** A page beside the alerts; its code comes when somebody first goes there. */
export interface Room {
  /** What stands behind # in the address. */
  id: string;
  /** Key of its name in the navigation. */
  title: string;
  /** Key of the link that jumps past the navigation. */
  skip: string;
  /** Whether it takes the whole width, without the cameras beside it. */
  wide: boolean;
  /** Whether whoever sits here may see it; the server refuses by itself. */
  offered(desk: Desk): boolean;
  load(): Promise<{ default: Component<{ desk: Desk }> }>;
}

/** In the order of the navigation, after the alerts. */
export const ROOMS: readonly Room[] = [
  {
    id: "cameras",
    title: "desk.wall.title",
    skip: "desk.wall.skip",
    wide: true,
    offered: (desk) => desk.may("see_alerts"),
    load: () => import("./wall/Wall.svelte"),
  },
  {
    id: "shift",
    title: "desk.shift.title",
    skip: "desk.shift.skip",
    wide: true,
    offered: (desk) => desk.may("review"),
    load: () => import("./shift/Shift.svelte"),
  },
  {
    id: "findings",
    title: "web.findings.title",
    skip: "web.findings.skip",
    wide: false,
    offered: (desk) => desk.may("read_findings"),
    load: () => import("./components/Findings.svelte"),
  },
  {
    id: "workshop",
    title: "workshop.title",
    skip: "workshop.skip",
    wide: true,
    offered: (desk) => desk.may("configure_site"),
    load: () => import("./workshop/Workshop.svelte"),
  },
  {
    id: "measures",
    title: "measures_page.title",
    skip: "measures_page.skip",
    wide: true,
    offered: (desk) => desk.may("read_measures"),
    load: () => import("./measures/Measures.svelte"),
  },
  {
    id: "accountability",
    title: "accountability_page.title",
    skip: "accountability_page.skip",
    wide: true,
    offered: (desk) => desk.may("read_journal"),
    load: () => import("./accountability/Accountability.svelte"),
  },
  {
    id: "accounts",
    title: "accounts_page.title",
    skip: "accounts_page.skip",
    wide: true,
    offered: (desk) => desk.person !== null && desk.may("manage_accounts"),
    load: () => import("./accounts/Accounts.svelte"),
  },
  {
    id: "password",
    title: "accounts_page.own",
    skip: "accounts_page.skip_own",
    wide: true,
    offered: (desk) => desk.person !== null,
    load: () => import("./accounts/OwnPassword.svelte"),
  },
];

/** The room that an address names, if it is offered; null is the alerts. */
export function roomOf(hash: string, desk: Desk): Room | null {
  return ROOMS.find((room) => hash === `#${room.id}` && room.offered(desk)) ?? null;
}
