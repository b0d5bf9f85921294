import * as path from "node:path";
import type { Entry } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { entriesOf } from "../../journal/chain.ts";
import { restoring } from "../../journal/put-back.ts";
import { situation } from "../../journal/situation.ts";
import { isLease, type Store } from "../../journal/store.ts";
import { otherSite, stackOf } from "../../model/site.ts";
import { compared } from "../journal/compare.ts";
import { count } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import { type Finding, type Well, note, stops, well } from "../../model/finding.ts";

/** How long the trial lease lives, should this process be killed while it holds it. */
const trialMs = 5000;

/** The journal: whole, the estate's own, writable; and its mirror. */
export async function journalFindings(
  project: Project,
): Promise<{ readonly findings: readonly (Finding | Well)[]; readonly entries: readonly Entry[] }> {
  const { estate, journal } = project;
  let entries: readonly Entry[] = [];
  try {
    entries = await ownJournal(journal, estate.name);
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const found = (await isEmpty(journal.store))
      ? await noJournal(project)
      : stops("journal", says, 'look with "parallel-standby journal verify"');
    return { findings: [found], entries };
  }
  const s = situation(entries);
  return {
    entries,
    findings: [
      well(
        "journal",
        `${count(entries.length, "entry", "entries")} in ${journal.store.place}; ${s.active} is active`,
      ),
      await writable(project),
      s.declared
        ? well("facts", s.declared.factsHash)
        : stops("facts", "the journal holds none", `run "pulumi up -s ${stackOf[otherSite(s.active)]}"`),
      await mirrorFinding(project, entries),
    ],
  };
}

/** Whether the place can be read, and holds no journal; the mirror is not asked. */
const isEmpty = async ({ raw }: Store): Promise<boolean> =>
  raw().then(
    ({ own }) => own === "",
    () => false,
  );

/** A journal that was never begun, or one that is lost: the mirror tells which. */
async function noJournal({ root, estate, journal }: Project): Promise<Finding | Well> {
  const { mirror } = estate.journal;
  const place = mirror === undefined ? undefined : path.resolve(root, mirror);
  const copy = place === undefined ? "" : await journalIn(place).catch(() => undefined);
  if (place !== undefined && copy !== "")
    return stops(
      "journal",
      `there is none in ${journal.store.place}, and ${copy === undefined ? "its mirror cannot be read" : `its mirror ${place} holds one`}`,
      copy === undefined
        ? `reach ${place}: if a journal is there, put it back ${restoring(place)}; for a new estate "parallel-standby journal init"`
        : `put the mirror's back ${restoring(place)}, and begin no other`,
    );
  return stops(
    "journal",
    `there is none in ${journal.store.place}${place === undefined ? "" : ", nor in its mirror"}`,
    'for a new estate "parallel-standby journal init --active primary --as YOUR-NAME"; where one was lost: docs/journal.md, "When it cannot be read"',
  );
}

/** The text of the journal in one folder: the mirror's. */
const journalIn = (place: string): Promise<string> => folderStore(place, undefined, () => undefined).read();

/** A lease is taken and given back: the same lock and the same kind of file that an entry needs. */
async function writable({ estate, journal }: Project): Promise<Finding | Well> {
  const at = "folder" in estate.journal ? "journal folder" : "journal place";
  try {
    const given = await journal.store.lease("doctor", trialMs);
    if (isLease(given)) await given.release();
    return well(at, "can be written");
  } catch (error) {
    return stops(
      at,
      `can't be written: ${error instanceof Error ? error.message : String(error)}`,
      `let this account write to ${journal.store.place}`,
    );
  }
}

async function mirrorFinding({ root, estate }: Project, entries: readonly Entry[]): Promise<Finding | Well> {
  const { mirror } = estate.journal;
  if (mirror === undefined)
    return note(
      "mirror",
      "none is set: one disk holds the only journal",
      'journal: { …, mirror: "…" } in estate.ts',
    );
  const place = path.resolve(root, mirror);
  try {
    const { same, says } = compared(entries, entriesOf(await journalIn(place)), place);
    return same
      ? well("mirror", `${place}: ${says}`)
      : stops("mirror", says, "parallel-standby journal verify");
  } catch (error) {
    return stops(
      "mirror",
      `${place}: ${error instanceof Error ? error.message : String(error)}`,
      "reach the place, or restore the copy",
    );
  }
}
