import { guardFolder, wordsFileName } from "../../../model/guard.ts";
import { runs, type Runnable } from "../../../steps/act.ts";
import { poll } from "../../../steps/poll.ts";
import { FileError, sshTo, type Ssh } from "../../../steps/transports/ssh.ts";
import { bringWord } from "../../../steps/words.ts";
import { serviceSays, serviceState, setStartType, startsByItself, type Service } from "../services.ts";
import { installGuard } from "../verbs.ts";
import { guardFile, guardTasks, lastFile } from "./place.ts";
import { guardScript, hashIn } from "./script.ts";
import type * as z from "zod";

type Args = z.infer<(typeof installGuard)["args"]>;

/** How long the guard's first look may take: each witness that does not answer costs it some twenty seconds. */
const firstLookSec = 120;

/** The verbs that put a guard on a server. */
export const guardRunnables: readonly Runnable[] = [
  runs(installGuard, {
    check: async (args, io) => {
      const ssh = await sshTo(args.host, io);
      const wrong = await wrongWith(ssh, args);
      return {
        there: wrong.length === 0,
        says:
          wrong.length === 0
            ? `the guard of ${args.host} runs, and only it starts ${namesOf(args)}`
            : wrong.join("; "),
        expected: `the guard of this version, and start type manual for ${namesOf(args)}`,
      };
    },
    act: async (args, io) => {
      const ssh = await sshTo(args.host, io);
      const script = guardScript({ ...args, fileName: wordsFileName(args.estate) });
      await ssh.run(`if not exist "${guardFolder}" md "${guardFolder}"`);
      const word = await bringWord(args, io);
      await ssh.writeFile(guardFile, Buffer.from(script, "latin1"));
      for (const { name, when } of guardTasks)
        await must(
          ssh,
          `schtasks.exe /create /f /ru SYSTEM /rl HIGHEST ${when} /tn "${name}" /tr "cmd.exe /c \\"${guardFile}\\""`,
          `make the scheduled task "${name}"`,
        );
      await ssh.run(`del "${lastFile}" 2>nul`);
      io.say(`the guard of ${args.host} looks for the first time`);
      await must(ssh, `schtasks.exe /run /tn "${guardTasks[0].name}"`, "run the guard");
      const last = await poll(
        () => lastLook(ssh),
        (found) => found?.get("script") === hashIn(script),
        { signal: io.signal, limitSec: firstLookSec, everyMs: 500 },
      );
      if (last?.get("script") !== hashIn(script) || last.get("word") !== word)
        throw new Error(
          `the guard of ${args.host} does not work: its last look ${last ? `says "${last.get("word") ?? "nothing"}", expected "${word}"` : "left nothing behind"}. Run ${guardFile} there as administrator and look at the event log Application. No start type was changed`,
        );
      // Only now: with a guard that does not run, nothing would start after the next restart.
      for (const { service } of args.services) {
        const found = await known(ssh, service);
        if (startsByItself(found)) await setStartType(ssh, service, "manual");
      }
    },
  }),
];

const namesOf = ({ services }: Args): string => services.map((s) => `"${s.service}"`).join(", ");

/** All that is not as it should be with the guard of a server; nothing is changed. */
export async function wrongWith(ssh: Ssh, args: Args): Promise<readonly string[]> {
  const script = guardScript({ ...args, fileName: wordsFileName(args.estate) });
  const text = await textOf(ssh, guardFile);
  const wrong: string[] = [];
  if (text === undefined) wrong.push(`${args.host} has no guard`);
  else if (text !== script)
    wrong.push(`the guard on ${args.host} is another one: ${guardFile} was changed, or the estate was`);
  for (const { name, trigger } of guardTasks) {
    const { code, stdout } = await ssh.run(`schtasks.exe /query /tn "${name}" /xml`);
    const fits =
      code === 0 &&
      stdout.includes(trigger) &&
      stdout.includes(guardFile) &&
      stdout.includes("S-1-5-18") &&
      !stdout.includes("<Enabled>false</Enabled>");
    if (!fits)
      wrong.push(
        `the scheduled task "${name}" on ${args.host} ${code === 0 ? "was changed or is disabled" : "is missing"}`,
      );
  }
  if (text === script && (await lastLook(ssh))?.get("script") !== hashIn(script))
    wrong.push(`the guard on ${args.host} has not run`);
  for (const { service } of args.services) {
    const found = await known(ssh, service);
    if (startsByItself(found))
      wrong.push(
        `${serviceSays(args.host, service, found)}: it starts with Windows, whatever the guard says`,
      );
  }
  return wrong;
}

/** What the guard left behind at its last look, by name; undefined where it has not looked. */
export async function lastLook(ssh: Ssh): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await textOf(ssh, lastFile);
  return text === undefined
    ? undefined
    : new Map(
        text.split(/\r?\n/).flatMap((line): [string, string][] => {
          const at = line.indexOf(" ");
          return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
        }),
      );
}

/** A file of a server as text; undefined where there is none. */
export async function textOf(ssh: Ssh, path: string): Promise<string | undefined> {
  try {
    return (await ssh.readFile(path)).toString("latin1");
  } catch (error) {
    if (error instanceof FileError && error.missing) return undefined;
    throw error;
  }
}

async function known(ssh: Ssh, name: string): Promise<Service> {
  const found = await serviceState(ssh, name);
  if (!found)
    throw new Error(`${serviceSays(ssh.host, name, found)}. Look at the name in the estate (sc query)`);
  return found;
}

/** Runs a command that must succeed. Throws what it was to do and what it said where it does not. */
export async function must(ssh: Ssh, command: string, what: string): Promise<void> {
  const { code, stdout, stderr } = await ssh.run(command);
  if (code !== 0)
    throw new Error(
      `${ssh.host}: could not ${what} (${String(code)}: ${(stderr || stdout).trim()}). The SSH user must be an administrator there: docs/prepare-a-server.md`,
    );
}
