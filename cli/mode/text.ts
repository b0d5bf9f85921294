import { moment } from "../../model/time.ts";
import { activeStack } from "../../model/site.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Outlook } from "../../stacks/outlook.ts";
import { logsAfter } from "../../stacks/outlook.ts";
import type { Life } from "../../stacks/site-life.ts";
import { answers } from "../../stacks/site-life.ts";
import { waivedText } from "../declare/text.ts";
import { plain } from "../layout.ts";
import { upCommand } from "../up-command.ts";
import type { Changeable } from "./may.ts";
import type { ModeChange } from "./request.ts";
import { siteText } from "../../model/site-text.ts";

/** What was written, and for whom it counts. */
export function changedText(
  { last, systems, arrived }: Changeable,
  { terms, reason }: ModeChange,
  recovery: Pick<Recovery, "sites" | "guard" | "observers">,
): string {
  const { timeZone } = recovery.sites[last.from];
  const disaster = terms.disasterAt === undefined ? 0 : Date.parse(terms.disasterAt) / 1000;
  return [
    `${plain(terms.as)} lets ${systems.map((m) => m.system).join(", ")} go on unplanned: ${plain(reason)}. Lost at ${moment(disaster, timeZone)}`,
    ...(arrived.length > 0
      ? [`${arrived.join(", ")}: past the point of no return, and finished as planned before`]
      : []),
    ...(terms.waiveFence === undefined
      ? []
      : [
          `THE FENCE IS WAIVED: ${plain(terms.waiveFence)}. The waiver is void as soon as what it waives answers`,
          ...waivedText(recovery, last.from, terms.disasterAt ?? last.at),
        ]),
  ].join("\n");
}

/** What speaks against it, or is still to be proven, as far as can be seen. */
export function doubtsText(
  life: Life,
  seen: readonly Outlook[],
  { terms }: ModeChange,
  { sites }: Pick<Recovery, "sites">,
  from: "primary" | "dr",
): readonly string[] {
  const { timeZone } = sites[from];
  const site = siteText(from, { sites });
  const disaster = Date.parse(terms.disasterAt ?? "") / 1000;
  const late = logsAfter(seen, disaster, timeZone);
  return [
    ...(late.length > 0
      ? [
          `STILL ALIVE after the declared time of the disaster: ${plain(late.join("; "))}. Type it again with the --disaster-at that is true`,
        ]
      : []),
    ...(terms.waiveFence === undefined && !answers(life)
      ? [
          `NOT FENCED: nothing of ${site} answers, so "pulumi up" will stop before it opens a database, until it is proven that no server there can write. If you know that none can, type the same again with --waive-fence "how you know"`,
        ]
      : []),
  ];
}

/** What to type next, and what becomes of a run that is under way. */
export const onwardText = ({ last, systems }: Changeable, runs: boolean, platform: NodeJS.Platform): string =>
  [
    ...(runs
      ? [
          `a run is under way: until it ends it goes on as before, and a system of which it opens a database is finished as planned. Stop it (Ctrl+C there) to be quicker: ${systems.map((m) => m.system).join(", ")}`,
        ]
      : []),
    "next:",
    `  ${upCommand(activeStack(last.to), platform)}`,
  ].join("\n");
