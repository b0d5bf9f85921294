import type { Store } from "../../journal/store.ts";
import { CliError } from "../failure.ts";

/** What a store needs for its journal to be begun anew or restored. Throws a sentence where it has none of it. */
export function able({ raw, restart, place }: Store): Required<Pick<Store, "raw" | "restart">> {
  if (!raw || !restart)
    throw new CliError(
      `the journal in ${place} cannot be begun anew by this version: restore a backup of it`,
    );
  return { raw, restart };
}
