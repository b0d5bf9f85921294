import * as path from "node:path";

/** Where reports are kept: beside the journal that they are drawn from. */
export const reportsFolder = (journalFolder: string): string => path.join(journalFolder, "reports");

/** The file of an activation's report. */
export const reportFile = (journalFolder: string, estate: string, epoch: number): string =>
  fileOf(journalFolder, estate, `activation-${String(epoch)}`);

/** The file of the report of a declaration that no activation used; `seq` is the number of its entry. */
export const declarationFile = (journalFolder: string, estate: string, seq: number): string =>
  fileOf(journalFolder, estate, `declaration-${String(seq)}`);

/** What a file system could take amiss in the estate's name becomes a hyphen. */
function fileOf(journalFolder: string, estate: string, what: string): string {
  const name = estate.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "");
  return path.join(reportsFolder(journalFolder), `${name === "" ? "estate" : name}-${what}.html`);
}
