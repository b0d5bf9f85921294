import { describe } from "../../model/describe.ts";
import { isParked } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite } from "../../model/site.ts";
import { guardRemoval, leftToDo, type UnguardedHost } from "../../planning/guarded.ts";
import { findRunnable, type World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { runErrands } from "../drafts.ts";
import { CliError } from "../failure.ts";
import type { RemoveOptions } from "../guard.ts";
import { plain } from "../layout.ts";
import { whileNothingRuns } from "../nothing-runs.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { mayNotRemove, removable, type Removable } from "./may-remove.ts";

/** How long looking at one server may take, and how long it may take to accept a connection. Seconds. */
const limits = { look: 60, accept: 5 };

/** What was seen of a server. */
interface Seen {
  readonly of: UnguardedHost;
  /** `due`: a guard is to be removed; `settled`: nothing is to be done; `silent` and `failed`: it could not be looked at. */
  readonly kind: "due" | "settled" | "silent" | "failed";
  /** What would be done, what is there, or why it was not seen; without a full stop. */
  readonly says: string;
}

/**
 * Removes the guards that an estate has left behind, each server on its own: one that is not reached holds up no other.
 * Who and why is in the journal before anything is changed; nothing is written where nothing is to be done. Throws where
 * none may be removed, and, once the others are done, where a server was not.
 */
export async function guardRemove(
  names: readonly string[],
  { as, reason, preview }: RemoveOptions,
  project: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const { estate, journal } = project;
  const { parts } = registries;
  const entries = await ownJournal(journal, estate.name);
  const recovery = describe(estate, parts);
  const may = removable(names, entries, recovery, parts);
  const seen = await Promise.all(may.hosts.map((of) => look(of, may, recovery, project, registries)));
  const due = seen.filter((one) => one.kind === "due");
  const failed = new Map<string, string>();
  if (!preview && due.length > 0)
    await whileNothingRuns(journal.store, terminal, async () => {
      await journal.append((now) => {
        const then = removable(names, now, recovery, parts);
        if (then.s.epoch !== may.s.epoch || then.s.active !== may.s.active)
          throw new CliError("at this moment another move was made: nothing is removed. Look again");
        return { kind: "guard removal", hosts: hostsOf(due), as: as.trim(), reason: reason.trim() };
      });
      const ended = await runErrands(
        due.map(({ of }) => ({ part: of.host.id, drafts: [guardRemoval(of, recovery)] })),
        {
          world: { ...registries, journal },
          recovery,
          request: { from: otherSite(may.s.active), to: may.s.active, mode: "planned" },
          journalRef: estate.journal,
          epoch: may.s.epoch,
          say: (line) => terminal.note(plain(line)),
          mayNot: (now) => mayNotRemove(now, may.s.epoch),
        },
      );
      for (const { part, failed: why } of ended) for (const { says } of why) failed.set(part, says);
    });
  for (const one of seen) terminal.out(plain(lineOf(one, failed.get(one.of.host.id), preview)));
  const missed = hostsOf(
    seen.filter(({ of, kind }) => kind === "silent" || kind === "failed" || failed.has(of.host.id)),
  );
  if (missed.length > 0)
    throw new CliError(
      `${missed.join(", ")} ${preview ? "could not be looked at" : "may still have a guard"}: mend what is named, then type the same again. What is done stays done`,
    );
}

const hostsOf = (seen: readonly Seen[]): string[] => seen.map(({ of }) => of.host.id);

/** One line of what came of a server. `failed`: why it did not end well, where it was tried. */
function lineOf({ of, kind, says }: Seen, failed: string | undefined, preview: boolean): string {
  if (kind === "settled") return says;
  const how = {
    due: failed !== undefined ? "NOT FINISHED" : preview ? "would be done" : "done",
    silent: "NOT REACHED",
    failed: "LEFT AS IT IS",
  }[kind];
  return `${of.host.id}: ${how}: ${failed ?? says}`;
}

/** Looks at a server, changing nothing. */
async function look(
  of: UnguardedHost,
  { s }: Removable,
  recovery: Recovery,
  { estate, journal }: Project,
  { runs }: Pick<World, "runs">,
): Promise<Seen> {
  const { host } = of;
  const { verb, args } = guardRemoval(of, recovery);
  const at = { known: recovery, journal, journalRef: estate.journal, to: s.active };
  try {
    return await withIo({ ...at, say: () => undefined, limitSec: limits.look }, async (io) => {
      const { signal } = io;
      if (!host.ssh || !(await portAnswers(host.address, host.ssh.port, { signal, limitSec: limits.accept })))
        return isParked(host) && host.site !== s.active
          ? {
              of,
              kind: "settled",
              says: `${host.id} is parked: its VM is off, and whether a guard stands there shows only while it runs. Type this again then`,
            }
          : { of, kind: "silent", says: `${host.address} does not answer SSH` };
      const { there, says } = await (await findRunnable(verb, [], runs)).bind(args).check(io);
      return there ? { of, kind: "settled", says } : { of, kind: "due", says: says.slice(leftToDo.length) };
    });
  } catch (error) {
    return { of, kind: "failed", says: error instanceof Error ? error.message : String(error) };
  }
}
