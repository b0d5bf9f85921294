import * as z from "zod";

/** What was known of the repository of an estate when an activation began: its commit, or why it is not known. */
export const Repository = z.union([
  z.object({
    /** Hash of the commit that was checked out. */
    commit: z.string().regex(/^[0-9a-f]{40,64}$/),
    /** How many files differed from it or were not in it; 0 where the tree was clean. */
    changedFiles: z.int().nonnegative(),
  }),
  z.object({
    /** Why no commit is known, as a sentence without a full stop. */
    unknown: z.string().min(1),
  }),
]);
export type Repository = z.infer<typeof Repository>;

/** As people read it: `4f2a91c0…, clean`. */
export function repositoryText(r: Repository | undefined): string {
  if (!r) return "not looked at by the version that began it";
  if ("unknown" in r) return `not known: ${r.unknown}`;
  if (r.changedFiles === 0) return `${r.commit}, nothing changed since`;
  return `${r.commit}, and ${String(r.changedFiles)} ${r.changedFiles === 1 ? "file" : "files"} NOT as committed`;
}
