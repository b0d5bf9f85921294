import type { World } from "../../steps/find.ts";
import { publishWords, type Brought } from "../../steps/words.ts";
import { CliError } from "../failure.ts";
import { plain, table } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { atServers, guardedEstate } from "./estate.ts";

/** How long all places together may take. Seconds. */
const limitSec = 30;

/** Brings the words to all places and says how it went. Throws where a witness was not reached. */
export async function guardPublish(
  project: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const guarded = await guardedEstate(project, registries);
  const brought = await atServers(project, guarded, limitSec, terminal.note, (io) =>
    publishWords(guarded.entries, guarded.recovery, registries.parts, io),
  );
  terminal.out(broughtText(brought));
  const missed = brought.filter((b) => b.kind === "witness" && !b.ok);
  if (missed.length > 0)
    throw new CliError(
      `not reached: ${missed.map((b) => plain(b.place)).join(", ")}. Servers that ask only there go by their lease`,
    );
}

const broughtText = (brought: readonly Brought[]): string =>
  table(
    ["place", "", "how it went"],
    brought.map((b) => [b.place, b.kind, b.ok ? b.says : `NOT REACHED: ${b.says}`]),
  );
