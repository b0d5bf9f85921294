import { situation, type Situation } from "../journal/situation.ts";
import { stops, type Finding } from "../model/finding.ts";
import type { Request } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Look } from "../steps/act.ts";
import type { World } from "../steps/find.ts";
import { against, signsOf, type PartSign } from "../steps/signs.ts";

/** How long looking at one part at both sites may take: a part's own limit and a little, within that of a preview. Seconds. */
const limitSec = 8.5;

/**
 * Whether the world is as the journal says: services running at the passive site, databases open there or closed at the
 * active one. Provisioning refuses by the same signs; two sites that write must not wait for it. A site that an unplanned
 * move leaves is asked for nothing, so that only a planned one is looked at like this.
 */
export async function contradictionLooks(
  { hosts, parts }: Pick<Recovery, "hosts" | "parts">,
  { from, mode }: Request,
  { runs }: Pick<World, "runs">,
): Promise<readonly Look[]> {
  if (mode === "unplanned") return [];
  const looks = await Promise.all(
    parts.map(async (part): Promise<readonly Look[]> => {
      if (!(await runs[part.kind]?.())?.signs) return [];
      const look: Look = {
        id: `contradiction:${part.id}`,
        at: part.id,
        run: async (io) => {
          const seen = await signsOf({ hosts, parts: [part] }, from, runs, io, limitSec);
          // A name that leads to the other site is its part's own finding: nothing works there by it.
          const wrong = against(seen, from).filter((sign) => sign.host !== undefined);
          return wrong.length === 0 ? [] : found(wrong, from, situation(await io.journal.entries()));
        },
      };
      return [look];
    }),
  );
  return looks.flat();
}

const found = (
  wrong: readonly PartSign[],
  active: Request["from"],
  { owed }: Situation,
): readonly Finding[] =>
  wrong.map(({ part, says }) =>
    stops(
      part,
      `the journal says that ${active} is active, and what is seen contradicts it: ${says}`,
      owed.size > 0
        ? `what is owed may be the cause (${[...owed].join(", ")}): "parallel-standby probe" does it. Two sites must never write`
        : `stop it now where ${active} is active: two sites must never write. If a cutover was made outside of this tool, record it with "parallel-standby journal adopt"`,
      `contradiction:${part}:${says}`,
    ),
  );
