import { expect } from "chai";
import { execa } from "execa";
import { getEventListeners } from "node:events";
import * as fs from "node:fs/promises";
import { mock } from "node:test";
import * as os from "node:os";
import * as path from "node:path";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn } from "../../journal/journal.ts";
import type { Bound, Io } from "../../steps/act.ts";
import { checkActCheck } from "../../steps/check-act-check.ts";
import { withIo } from "../../steps/io.ts";

const never = new Promise<never>(() => undefined);
const missing = { there: false, says: "it runs", expected: "stopped" };

const run = <T>(limitSec: number, work: (io: Io) => Promise<T>, signal?: AbortSignal): Promise<T> =>
  withIo(
    {
      known: { hosts: [], parts: [] },
      journal: journalOn(folderStore(os.tmpdir(), undefined, () => undefined)),
      journalRef: { folder: "." },
      to: "dr",
      say: () => undefined,
      limitSec,
      ...(signal ? { signal } : {}),
    },
    work,
  );

describe("a step's time limit", () => {
  let before = "";
  let folder = "";
  beforeEach(async () => {
    before = process.cwd();
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"));
    await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: toys\n");
    process.chdir(folder);
  });
  afterEach(async () => {
    process.chdir(before);
    await fs.rm(folder, { recursive: true });
  });

  it("is watched for no longer than the step runs: whoever drives many steps keeps none of them", async () => {
    const watchers = async (bound: Bound): Promise<number> =>
      run(60, async (io) => {
        await checkActCheck(bound, io, () => Promise.resolve()).catch(() => undefined);
        return getEventListeners(io.signal, "abort").length;
      });
    const there = { there: true, says: "it is stopped", expected: "stopped" };
    expect(await watchers({ check: () => Promise.resolve(there) })).to.equal(0);
    const fails = { check: () => Promise.resolve(missing), act: () => Promise.reject(new Error("no")) };
    expect(await watchers(fails)).to.equal(0);
  });

  it("ends a check that never answers, in a process that nothing else keeps alive", async () => {
    const program = `
      const { checkActCheck } = await import(${JSON.stringify(import.meta.resolve("../../steps/check-act-check.ts"))});
      const { withIo } = await import(${JSON.stringify(import.meta.resolve("../../steps/io.ts"))});
      const io = { known: { hosts: [], parts: [] }, journalRef: { folder: "." }, to: "dr", limitSec: 0.2, say() {} };
      const bound = { check: () => new Promise(() => {}) };
      await withIo(io, (io) => checkActCheck(bound, io, async () => {})).catch((e) => console.log(e.message));`;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", program]);
    expect(stdout).to.equal("its time is over, and nothing had answered");
  });

  it("counts when it was over before the first look", async () => {
    const over = AbortSignal.abort();
    const ended = run(5, (io) => checkActCheck({ check: () => never }, io, () => Promise.resolve()), over);
    expect(await ended.catch(String)).to.match(/its time is over/);
  });

  for (const late of ["the look", "the look at the old site"])
    it(`lets nothing act after it, when ${late} comes back too late`, async () => {
      const acts: string[] = [];
      const answer = Promise.withResolvers<undefined>();
      const bound: Bound = {
        check: async () => {
          if (late === "the look") await answer.promise;
          return missing;
        },
        act: () => {
          acts.push("act");
          return Promise.resolve();
        },
      };
      const probe = async (): Promise<void> => {
        if (late === "the look") acts.push("probe");
        else await answer.promise;
      };
      const says = await run(0.05, (io) => checkActCheck(bound, io, probe)).catch(String);
      expect(says).to.match(/its time is over/);
      answer.resolve(undefined);
      await new Promise((resolve) => setImmediate(resolve));
      expect(acts).to.deep.equal([]);
    });

  it("is not overrun by closing what does not close", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const closed: string[] = [];
      const ended = run(60, (io) => {
        io.onEnd(() => void closed.push("the first"));
        io.onEnd(() => never);
        io.onEnd(() => {
          throw new Error("closed already");
        });
        io.onEnd(() => Promise.reject(new Error("lost")));
        return Promise.resolve("done");
      });
      for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(10_000);
      expect(await ended).to.equal("done");
    } finally {
      mock.timers.reset();
    }
  });

  it("closes everything in reverse order, whatever fails on the way", async () => {
    const closed: string[] = [];
    const says = await run(60, (io) => {
      io.onEnd(() => void closed.push("first"));
      io.onEnd(() => {
        throw new Error("closed already");
      });
      io.onEnd(() => void closed.push("last"));
      return Promise.reject(new Error("the reason"));
    }).catch(String);
    expect(says).to.equal("Error: the reason");
    expect(closed).to.deep.equal(["last", "first"]);
  });
});
