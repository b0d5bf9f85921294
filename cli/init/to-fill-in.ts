import type { Entry } from "./source.ts";

/** Who shares which folder nobody has said yet: what is to fill in, with the servers that there are. */
export const guardOf = (
  sql: Readonly<Record<"primary" | "dr", { readonly id: string; readonly variable: string }>>,
): readonly Entry[] => [
  "// When the power of a site that was lost returns, its servers start what they have, on old data, while",
  "// people work at the other one. A guard keeps them from that (docs/guard.md). Share a folder on each of",
  "// these servers (docs/prepare-a-server.md, A witness), better one in a third place, write it here, and",
  "// take the slashes away. Without one readiness shows a risk, until you write: guard: false,",
  "// guard: {",
  "//   witnesses: [",
  ...(["dr", "primary"] as const).map(
    (site) =>
      `//     { share: ${JSON.stringify(`\\\\${sql[site].id}\\Witness`)}, on: ${sql[site].variable}, folder: ${JSON.stringify("D:\\Witness")} },`,
  ),
  "//   ],",
  "// },",
];

/** Which third place there is nobody has said yet: what is to fill in, with the account of the servers. */
export const observersToFillIn: readonly Entry[] = [
  "// A site that lost its line looks from the runner like one that lost its power. An observer is a server in",
  "// a third place, with a line of its own to production, that is asked which of the two it is",
  "// (docs/estate.md, Observers). Fill one in and take the slashes away; `hosts check` prints its host key.",
  "// Without one readiness shows a risk, until you write: observers: false,",
  "// observers: [",
  '//   { name: "OBS01", address: "10.30.1.4", ssh: { ...ssh, hostKey: "" } },',
  "// ],",
];
