import { readFile } from "node:fs/promises";
import * as path from "node:path";
import type { SiteId } from "../model/site.ts";
import { undated } from "./texts.ts";
import { fileName, formats, type Paper } from "./papers.ts";

/** Where papers lie, below the folder of the journal. */
export const runbooksFolder = (keep: string): string => path.join(keep, "runbooks");

/** The files that are missing below that folder, or of another estate. */
export async function staleOf(
  to: SiteId,
  papers: readonly Paper[],
  keep: string,
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const paper of papers)
    for (const format of formats) {
      const name = fileName(to, paper.kind, format);
      const text = await readFile(path.join(runbooksFolder(keep), name), "utf8").catch(() => "");
      if (undated(text) !== undated(paper[format])) stale.push(name);
    }
  return stale;
}
