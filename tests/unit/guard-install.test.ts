import { expect } from "chai";
import { otherSite, type SiteId } from "../../model/site.ts";
import { guardFile, lastFile } from "../../components/windows/guard/place.ts";
import * as windows from "../../components/windows/run.ts";
import { startTypeLook } from "../../components/k2/start-types.ts";
import type { Entry } from "../../journal/entries.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { guardLooks } from "../../readiness/guard-looks.ts";
import { bound, failure, run, stepBench, type StepBench } from "./step-io.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

describe("a guard that is put on a server", () => {
  const args = {
    host: "K2DR01",
    estate: "contoso",
    services: [
      { service: "MSSQLSERVER", exclusive: false },
      { service: "K2 Server", exclusive: true },
      { service: "K2 Off", exclusive: true },
    ],
    witnesses: [],
    leaseHours: 24,
  };
  const begun = [
    { kind: "genesis", estate: "contoso", active: "dr", seq: 0, prev: "", at: "", by: "", hash: "h" },
  ] as unknown as readonly Entry[];
  let bench: WindowsBench;
  let step: StepBench;
  beforeEach(async () => {
    bench = await windowsBench([
      { name: "MSSQLSERVER" },
      { name: "K2 Server", startType: "delayed-auto" },
      { name: "K2 Off", startType: "disabled" },
    ]);
    step = stepBench({ hosts: [bench.host()], secrets: { SSH: sshPassword }, to: "dr" });
  });
  afterEach(async () => {
    await step.end();
    await bench.close();
  });
  const install = (more: Partial<typeof args> = {}) =>
    bound(windows, "windows/install-guard", { ...args, ...more });
  const io = () => ({ ...step.io, journal: { entries: () => Promise.resolve(begun) } });
  const startTypes = (): readonly unknown[] =>
    args.services.map((s) => bench.server.services.find(s.service)?.startType);

  it("runs every five minutes and at start-up, and only then gives its services the start type manual", async () => {
    const before = await install().check(io());
    expect(before.says).to.contain("K2DR01 has no guard").and.contain("it starts with Windows");
    expect(await run(install(), io())).to.include({ there: true, acted: true });
    expect(startTypes()).to.deep.equal(["manual", "manual", "disabled"]);
    expect(await run(install(), io())).to.include({ there: true, acted: false });
    expect(bench.server.tasks.list().map((t) => [t.name, t.schedule.kind, t.user])).to.deep.equal([
      ["\\parallel-standby\\guard", "every", "SYSTEM"],
      ["\\parallel-standby\\guard at start-up", "onstart", "SYSTEM"],
    ]);
  });

  it("is a finding of readiness where the estate has no guard any more, which stops a move to its site, and none where it has one or never had", async () => {
    const looks = (guarded: boolean, to: SiteId = "primary") =>
      windows
        .hostLooks(
          bench.host(),
          { from: otherSite(to), to, mode: "planned" },
          { ...step.io.lookup, isGuarded: guarded },
        )
        .filter((look) => look.id === "guard-left:K2DR01");
    const found = async (to?: SiteId): Promise<readonly string[]> =>
      (
        await Promise.all(
          looks(false, to).map((l) => l.run(io(), { before: () => [], note: () => undefined })),
        )
      ).flatMap((f) => f.map((one) => `${one.severity} ${one.at}`));
    expect(looks(true)).to.deep.equal([]);
    expect(await found()).to.deep.equal([]);
    await run(install(), io());
    const [there, left] =
      bench.host().site === "dr" ? (["dr", "primary"] as const) : (["primary", "dr"] as const);
    expect(await found(left)).to.deep.equal(["risk K2DR01"]);
    expect(await found(there)).to.deep.equal(["stops K2DR01"]);
  });

  it("is found by readiness to be got round where somebody, or an update, has changed a start type", async () => {
    await run(install(), io());
    const recovery = {
      estate: "contoso",
      hosts: [bench.host()],
      guard: { witnesses: [], leaseHours: 24, sqlServer: true },
      parts: [{ id: "k2", kind: "k2", version: 1, facts: {} }],
    } as unknown as Recovery;
    const guards = () => args.services.map((s) => ({ ...s, host: "K2DR01" }));
    const found = async (to: "primary" | "dr" = "primary"): Promise<readonly string[]> => {
      const looks = guardLooks(
        recovery,
        { from: to === "dr" ? "primary" : "dr", to, mode: "planned" },
        { parts: { k2: { guards } } as unknown as Parts, runs: { windows: () => Promise.resolve(windows) } },
      );
      const all = await Promise.all(
        looks.map((l) => l.run(io(), { before: () => [], note: () => undefined })),
      );
      return all.flat().map((f) => `${f.severity} ${f.id}: ${f.says}; ${f.todo}`);
    };
    expect(await found()).to.deep.equal([]);
    bench.server.services.configure("K2 Server", { startType: "auto" });
    for (const to of ["primary", "dr"] as const)
      expect((await found(to))[0]).to.match(
        /^risk guard:K2DR01: "K2 Server" on K2DR01 is \w+, start type auto: it starts with Windows, whatever the guard says; .*: pulumi up -s standby --replace "\*\*command:local:Command::\*\*"$/,
      );
  });

  it("is not needed for readiness to find a K2 that would start with Windows at the passive site", async () => {
    const found = async () =>
      startTypeLook("k2", "K2DR01", ["K2 Server", "K2 Off"], "dr").run(io(), {
        before: () => [],
        note: () => undefined,
      });
    expect((await found()).map((f) => `${f.severity} ${f.id}; ${f.todo}`)).to.deep.equal([
      'risk start-type:K2DR01:K2 Server; have it disabled again: pulumi up -s standby --replace "**command:local:Command::**"',
    ]);
    bench.server.services.configure("K2 Server", { startType: "disabled" });
    expect(await found()).to.deep.equal([]);
  });

  it("changes no start type where it does not run", async () => {
    bench.server.disk.deny(lastFile, true);
    const { message } = await failure(run(install(), { ...io(), signal: AbortSignal.timeout(1500) }));
    expect(message).to.not.equal("");
    expect(startTypes()).to.deep.equal(["auto", "delayed-auto", "disabled"]);
  });

  it("is found to be another one, disabled, or got round, when somebody has changed it by hand", async () => {
    await run(install(), io());
    const says = async (): Promise<string> => (await install().check(io())).says;
    bench.server.services.configure("K2 Server", { startType: "auto" });
    expect(await says())
      .to.contain('"K2 Server" on K2DR01')
      .and.contain("start type auto: it starts with Windows");
    await run(install(), io());
    const task = bench.server.tasks.find("parallel-standby\\guard");
    if (task) bench.server.tasks.enable(task, false);
    expect(await says()).to.contain("was changed or is disabled");
    await run(install(), io());
    await bench.server.disk.write(guardFile, Buffer.from("@rem off\r\n"));
    expect(await says()).to.contain("is another one");
    expect(await run(install(), io())).to.include({ there: true, acted: true });
  });
});
