import { risk, stops } from "../../../model/finding.ts";
import type { Look } from "../../../steps/act.ts";
import { FileError, sshTo } from "../../../steps/transports/ssh.ts";
import { guardFile } from "./place.ts";

/**
 * A guard that an estate left behind when it stopped having one: nobody renews its lease any more, and what it guards
 * does not start with Windows. Nothing shows that before the second restart. At the site that a move would lead to it
 * stops the move's own work, since nobody brings it another word.
 */
export const strayGuard = (host: string, isTarget: boolean): Look => ({
  id: `guard-left:${host}`,
  at: host,
  host,
  failing: "risk",
  run: async (io) => {
    const ssh = await sshTo(host, io);
    try {
      await ssh.readFile(guardFile);
    } catch (error) {
      if (error instanceof FileError && error.missing) return [];
      throw error;
    }
    return [
      (isTarget ? stops : risk)(
        host,
        `a guard stands there (${guardFile}) and the estate has none: ${isTarget ? "after a move it stops by its old word, within minutes, what has been started there" : "nothing renews its lease, and once that has ended its services start neither with Windows nor by it"}`,
        `write guard into estate.ts again, or have it removed with its start types: "parallel-standby guard remove ${host} --as YOUR-NAME --reason WHY"`,
        `guard-left:${host}`,
      ),
    ];
  },
});
