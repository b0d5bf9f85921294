import type { Recovery } from "../model/recovery.ts";
import { guardInstall, type GuardedHost } from "../planning/guarded.ts";
import type { Io, Runs } from "./act.ts";
import { findRunnable } from "./find.ts";

/**
 * What is not as it should be with the guard of a server, its tasks, and the start types of what it guards; undefined
 * where all is well. Changes nothing; throws where the server is not reached.
 */
export async function wrongWithGuard(
  guarded: GuardedHost,
  recovery: Pick<Recovery, "estate">,
  runs: Runs,
  io: Io,
): Promise<string | undefined> {
  const check = (await findRunnable("windows/install-guard", [], runs)).bind(guardInstall(guarded, recovery));
  const { there, says } = await check.check(io);
  return there ? undefined : says;
}
