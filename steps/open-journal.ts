import * as fs from "node:fs/promises";
import * as path from "node:path";
import { folderStore } from "../journal/folder-store.ts";
import { journalOn, type Journal } from "../journal/journal.ts";
import { mirrorOf } from "../journal/mirror.ts";
import { projectRoot } from "../journal/project-root.ts";
import { seenStore, type SeenPlace } from "../journal/seen-store.ts";
import { storeOnDemand } from "../journal/store-on-demand.ts";
import type { Store } from "../journal/store.ts";
import { keptIn, type JournalRef } from "../model/journal-ref.ts";
import { resolveSecret } from "./secrets.ts";
import { blobPlaceName, sqlPlaceName } from "./stores/names.ts";

/** The journal that an estate names. What it is reached with is loaded when it is first used. */
export const openJournal = (
  ref: JournalRef,
  warn: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Journal => journalOn(storeOf(ref, projectRoot(), warn));

function storeOf(ref: JournalRef, root: string, warn: (line: string) => void): Store {
  const mirror = ref.mirror === undefined ? undefined : path.resolve(root, ref.mirror);
  if ("folder" in ref) return folderStore(path.resolve(root, ref.folder), mirror, warn);
  const place = "sql" in ref ? sqlPlaceName(ref.sql) : blobPlaceName(ref.blob);
  const keep = path.resolve(root, keptIn(ref));
  return storeOnDemand(place, async () => {
    const at = await placeOf(ref, root);
    // What is kept beside the journal finds its folder there, as beside a journal in a folder.
    await fs.mkdir(keep, { recursive: true });
    const mark = path.join(keep, "mirror-silent");
    return seenStore(at, mirror === undefined ? undefined : mirrorOf({ place, mark }, mirror, warn));
  });
}

async function placeOf(ref: Exclude<JournalRef, { folder: string }>, root: string): Promise<SeenPlace> {
  if ("sql" in ref) {
    const { sqlPlace } = await import("./stores/sql/place.ts");
    return sqlPlace(ref.sql, () => resolveSecret(ref.sql.password, root));
  }
  const { key } = ref.blob;
  const { blobPlace } = await import("./stores/blob/place.ts");
  return blobPlace(ref.blob, key && (() => resolveSecret(key, root)));
}
