import type { Entry } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { wordAt } from "../../journal/words.ts";
import { didYouMean } from "../../model/nearest.ts";
import { guardFolder } from "../../model/guard.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import type { World } from "../../steps/find.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import type { AllowOptions } from "../guard.ts";
import { atServers, guardedEstate } from "./estate.ts";
import { siteText } from "../../model/site-text.ts";

/** How long the server may take: it starts its services meanwhile. Seconds. */
const limitSec = 330;

/** Lets a server start its services, by its own guard. Written to the journal first: nobody allows what it cannot hold. */
export async function guardAllow(
  name: string,
  { as, reason, second }: AllowOptions,
  project: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const guarded = await guardedEstate(project, registries);
  const names = guarded.hosts.map((h) => h.host.id);
  const found = guarded.hosts.find((h) => h.host.id.toLowerCase() === name.toLowerCase());
  if (!found)
    throw new CliError(
      `${name} is no guarded server of this estate; these are: ${names.join(", ")}.${didYouMean(name, names)}`,
    );
  const { host } = found;
  const word = wordAt(guarded.s, host.site, found.parts);
  const place = siteText(host.site, guarded.recovery);
  if (word !== "run" && second === undefined)
    throw new CliError(
      `the journal says "${word}" for ${place}: the other site has, or is getting, what ${host.id} would start, and two sites must never write. If that is wrong, and nothing of the other site writes, a second person must answer for it: --second NAME`,
    );
  /** The server takes it for the word and the activation that it knows by then: these must be the ones that were answered for. */
  const refuseMoved = (entries: readonly Entry[]): void => {
    const now = situation(entries);
    const then = wordAt(now, host.site, found.parts);
    if (now.epoch === guarded.s.epoch && then === word) return;
    throw new CliError(
      `at this moment the journal says "${then}" for ${place}, activation ${String(now.epoch)}; it was asked for where it said "${word}", activation ${String(guarded.s.epoch)}: nothing is allowed. Look with "parallel-standby guard status"`,
    );
  };
  await project.journal.append((entries) => {
    refuseMoved(entries);
    return {
      kind: "guard allowed",
      host: host.id,
      word,
      as: as.trim(),
      reason: reason.trim(),
      ...(second === undefined ? {} : { second: second.trim() }),
    };
  });
  const who = second === undefined ? as : `${as} and ${second}`;
  const { code, stdout, stderr } = await atServers(project, guarded, limitSec, terminal.note, async (io) => {
    const ssh = await sshTo(host.id, io);
    refuseMoved(await project.journal.entries());
    return ssh.run(`"${guardFolder}\\guard.cmd" allow "${quotable(who)}" "${quotable(reason)}"`, {
      limitSec,
    });
  });
  if (code !== 0)
    throw new CliError(
      `${host.id} did not take it: ${plain((stderr || stdout).trim())}. Is the guard there ("parallel-standby guard status"), and the SSH user an administrator?`,
    );
  terminal.out(
    `allowed: ${host.id} may start its services for ${String(guarded.guard.leaseHours)} h, or until an activation begins; its guard was started`,
  );
}

/** Text for an argument within quotes of cmd.exe: signs that mean something to it become blanks. */
const quotable = (text: string): string =>
  text
    .trim()
    .replaceAll(/["%^&|<>!]/g, " ")
    .replaceAll(/[^\x20-\x7e]/g, "?")
    .slice(0, 200);
