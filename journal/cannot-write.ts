import { JournalError } from "./chain.ts";

/** What to do about an error of the file system, by its code (errno of POSIX, as Node gives it on Windows too). */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: "Its disk is full: make room there",
  EDQUOT: "The quota of this account is used up there: raise it or make room",
  EFBIG: "A limit for the size of files is reached there: raise it",
  EROFS: "It is read-only: look at the disk or how it is mounted",
  EACCES: "Give this account the right to write there",
  EPERM: "Give this account the right to write there",
  ENOENT: "Is its drive or share there?",
  ENOTDIR: "Something on the way there is no folder: is journal.folder in estate.ts right?",
  EEXIST: "Something on the way there is no folder: is journal.folder in estate.ts right?",
};

/** Why a journal in a folder cannot be written, and what to do about it. */
export function cannotWrite(folder: string, error: unknown): JournalError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new JournalError(
    `the journal in ${folder} cannot be written (${error instanceof Error ? error.message : String(error)}). ${advice[code] ?? "Does its disk or share still answer?"}`,
  );
}
