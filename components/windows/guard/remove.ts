import type * as z from "zod";
import { guardFolder, wordsFileName } from "../../../model/guard.ts";
import { leftToDo } from "../../../planning/guarded.ts";
import { runs, type Runnable } from "../../../steps/act.ts";
import { sshTo, type Ssh } from "../../../steps/transports/ssh.ts";
import { serviceState, setStartType } from "../services.ts";
import { removeGuard } from "../verbs.ts";
import { must, textOf } from "./acts.ts";
import { guardFile, guardTasks, leftFiles } from "./place.ts";
import { noGuardText, removalOf, removalText, type GuardThere } from "./removal.ts";
import { otherEstateIn, startedBy } from "./script.ts";

type Args = z.infer<(typeof removeGuard)["args"]>;

/** The verb that removes a guard. */
export const guardRemovals: readonly Runnable[] = [
  runs(removeGuard, {
    check: async (args, io) => {
      const there = await guardThere(await sshTo(args.host, io), args);
      const removal = removalOf(args.services, there);
      return {
        there: removal === undefined,
        says: removal ? `${leftToDo}${removalText(removal)}` : noGuardText(args.host, args.services, there),
        expected: "no guard, and what it held back starts as it did before",
      };
    },
    act: async (args, io) => {
      const ssh = await sshTo(args.host, io);
      const removal = removalOf(args.services, await guardThere(ssh, args));
      if (!removal) return;
      // First: with the guard gone, and a start type left at manual, nothing would start that service any more.
      for (const { service, startType } of removal.startTypes) {
        await io.mayStillAct();
        await setStartType(ssh, service, startType);
      }
      await io.mayStillAct();
      for (const name of removal.tasks)
        await must(ssh, `schtasks.exe /delete /f /tn "${name}"`, `delete the scheduled task "${name}"`);
      for (const file of removal.files) await ssh.run(`del "${file}"`);
      // What somebody else has put there stays: rd removes an empty folder only.
      await ssh.run(`rd "${guardFolder}" 2>nul`);
    },
  }),
];

/** Looks at what is there, changing nothing. Throws where it is the guard of another estate. */
async function guardThere(ssh: Ssh, { host, estate, services }: Args): Promise<GuardThere> {
  const script = await textOf(ssh, guardFile);
  const other = script === undefined ? undefined : otherEstateIn(script, estate);
  if (other !== undefined)
    throw new Error(
      `the guard on ${host} is of the estate "${other}", not of "${estate}": it is left as it is. Type this in that estate's project`,
    );
  const tasks: string[] = [];
  for (const { name } of guardTasks)
    if ((await ssh.run(`schtasks.exe /query /tn "${name}"`)).code === 0) tasks.push(name);
  const files: string[] = [];
  for (const file of leftFiles(wordsFileName(estate)))
    if ((await textOf(ssh, file)) !== undefined) files.push(file);
  const names = new Map(
    [...services.map((s) => s.service), ...startedBy(script ?? "")].map((name) => [name.toLowerCase(), name]),
  );
  const known: GuardThere["services"][number][] = [];
  for (const name of names.values()) {
    const found = await serviceState(ssh, name);
    if (found) known.push(found);
  }
  return { script, tasks, files, services: known };
}
