import type { Host } from "../../model/host.ts";
import type { Lookup } from "../../model/part.ts";
import type { Draft } from "../../model/verb.ts";
import { deallocateHost, startHost } from "./verbs.ts";

/** Whether a host can be stopped and started through Azure; any other is adopted as it runs, and no step is planned for it. */
export const isVm = (host: Host | undefined): boolean => host?.azure !== undefined;

/** For `fence-site`: deallocates the hosts that are Azure VMs, each a proof of its own; none for other hosts. */
export const deallocateDrafts = (
  partId: string,
  hostIds: readonly string[],
  lookup: Lookup,
): readonly Draft[] =>
  hostIds
    .filter((id) => isVm(lookup.host(id)))
    .map((host) => deallocateHost.step(`${partId}/deallocate/${host}`, { host }, { fences: host }));

/** For `start-hosts`: starts the hosts that are Azure VMs; none for other hosts. */
export const startHostDrafts = (
  partId: string,
  hostIds: readonly string[],
  lookup: Lookup,
): readonly Draft[] =>
  hostIds
    .filter((id) => isVm(lookup.host(id)))
    .map((host) => startHost.step(`${partId}/start-host/${host}`, { host }));
