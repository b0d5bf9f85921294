import * as path from "node:path";

/** Where reports are kept: beside the journal that they are drawn from. */
export const reportsFolder = (journalFolder: string): string => path.join(journalFolder, "reports");

/** The file of a report. What a file system could take amiss in the estate's name becomes a hyphen. */
export const reportFile = (journalFolder: string, estate: string, epoch: number): string => {
  const name = estate.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "");
  return path.join(
    reportsFolder(journalFolder),
    `${name === "" ? "estate" : name}-activation-${String(epoch)}.html`,
  );
};
