import { expect } from "chai";
import { guardFile, guardTasks, lastFile } from "../../components/windows/guard/place.ts";
import { removalOf, removalText, type GuardThere } from "../../components/windows/guard/removal.ts";
import { guardScript, otherEstateIn, startedBy } from "../../components/windows/guard/script.ts";
import { unguardedHosts } from "../../planning/guarded.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Parts } from "../../model/part.ts";
import { golden } from "./guard-fixture.ts";
import { system, toyParts, toyRecovery } from "./toy.ts";

const tasks = guardTasks.map(({ name }) => name);
type Is = GuardThere["services"][number];
const service = (name: string, startType: Is["startType"], state: Is["state"] = "running"): Is => ({
  name,
  startType,
  state,
});

describe("what removing a guard does on a server", () => {
  const there = (services: readonly Is[], more: Partial<GuardThere> = {}): GuardThere => ({
    script: guardScript(golden),
    tasks,
    files: [lastFile],
    services,
    ...more,
  });
  const types = (removal: ReturnType<typeof removalOf>): readonly string[] | undefined =>
    removal?.startTypes.map((t) => `${t.service}: ${t.from} to ${t.startType}`);

  const table: readonly (readonly [string, Is["startType"], Is["startType"], string | undefined])[] = [
    ["what the guard held back starts with Windows", "manual", "auto", "K2 Server: manual to auto"],
    ["or delayed, as its owner wrote", "manual", "delayed-auto", "K2 Server: manual to delayed-auto"],
    ["or by hand, as its owner wrote", "manual", "manual", undefined],
    ["what is disabled at the active site stays so", "disabled", "auto", undefined],
    ["what starts with Windows stays as it is", "delayed-auto", "auto", undefined],
    [
      "what must not run at the passive site is disabled",
      "manual",
      "disabled",
      "K2 Server: manual to disabled",
    ],
    ["whatever an update has made of it", "auto", "disabled", "K2 Server: auto to disabled"],
    ["and stays so", "disabled", "disabled", undefined],
  ];
  for (const [what, is, later, does] of table)
    it(`${what}: ${is}, wanted ${later}`, () => {
      const removal = removalOf(
        [{ service: "k2 server", startType: later }],
        there([service("K2 Server", is)]),
      );
      expect(types(removal)?.map((t) => t.replace("k2 server", "K2 Server"))).to.deep.equal(
        does === undefined ? [] : [does],
      );
    });

  it("is nothing where nothing of a guard is left, whatever its services start by", () => {
    const none = there([service("MSSQLSERVER", "manual")], { script: undefined, tasks: [], files: [] });
    expect(removalOf([{ service: "MSSQLSERVER", startType: "auto" }], none)).to.equal(undefined);
  });

  it("leaves what this guard did not hold back: SQL Server of an estate with sqlServer: false was its owner's choice", () => {
    const script = guardScript({ ...golden, services: [{ service: "K2 Server", exclusive: true }] });
    const all = there([service("MSSQLSERVER", "manual"), service("K2 Server", "manual")], { script });
    const later = ["MSSQLSERVER", "K2 Server"].map((name) => ({ service: name, startType: "auto" as const }));
    expect(types(removalOf(later, all))).to.deep.equal(["K2 Server: manual to auto"]);
    for (const unread of [undefined, "@rem off\r\n"])
      expect(types(removalOf(later, { ...all, script: unread })), "it says nothing any more").to.have.length(
        2,
      );
  });

  it("ends with the guard itself, and names what only its owner can put back, and what stands still", () => {
    const removal = removalOf(
      [{ service: "K2 Server", startType: "auto" }],
      there([service("K2 Server", "manual", "stopped"), service("MSSQLSERVER", "manual")]),
    );
    expect(removal?.files).to.deep.equal([lastFile, guardFile]);
    expect(removal && removalText(removal)).to.equal(
      'set the start type of "K2 Server" from manual to auto (it is stopped, and stays so until Windows or somebody starts it); delete the scheduled tasks "parallel-standby\\guard", "parallel-standby\\guard at start-up"; delete last.txt, guard.cmd in C:\\Program Files\\parallel-standby; by hand: set the start type of "MSSQLSERVER", which is none of the estate\'s; nothing starts it without the guard',
    );
  });

  it("goes by what the guard says of itself: what it starts, and whose it is", () => {
    const text = guardScript({ ...golden, estate: "contoso & söhne" });
    expect(startedBy(text)).to.deep.equal(["MSSQLSERVER", "K2 Server"]);
    expect(otherEstateIn(text, "contoso & söhne")).to.equal(undefined);
    expect(otherEstateIn(text, "fabrikam")).to.equal("contoso - s-hne");
    expect(otherEstateIn("@rem off\r\n", "contoso")).to.equal(undefined);
  });
});

describe("how Windows starts the services of an estate without a guard", () => {
  const ssh = { port: 22, user: "u", hostKey: "ssh-ed25519 AAAA", password: { env: "SSH" } };
  const recovery: Recovery = { ...toyRecovery(), hosts: toyRecovery().hosts.map((h) => ({ ...h, ssh })) };
  const guards: NonNullable<typeof system.guards> = (_id, f) =>
    Object.values(f.host).flatMap((host) => [
      { host, service: "sql", exclusive: false },
      { host, service: "web", exclusive: true, startType: "delayed-auto" as const },
      { host, service: "other", exclusive: true, isAdopted: true as const },
    ]);
  const parts: Parts = { ...toyParts, toy: { ...system, guards } };
  const of = (active: "primary" | "dr") =>
    unguardedHosts(recovery, parts, active).map((h) => [
      h.host.id,
      ...h.services.map((s) => `${s.service} ${s.startType}`),
    ]);

  it("is at both sites for what receives logs, at the active one alone for what runs once, and nothing for what is adopted", () => {
    expect(of("primary")).to.deep.equal([
      ["P", "sql auto", "web delayed-auto"],
      ["D", "sql auto", "web disabled"],
    ]);
    expect(of("dr")).to.deep.equal([
      ["P", "sql auto", "web disabled"],
      ["D", "sql auto", "web delayed-auto"],
    ]);
  });

  it("is asked of every server that is reached, also where nothing of the estate is guarded any more", () => {
    expect(unguardedHosts(recovery, toyParts, "primary").map((h) => [h.host.id, h.services])).to.deep.equal([
      ["P", []],
      ["D", []],
    ]);
    expect(unguardedHosts(toyRecovery(), parts, "primary")).to.deep.equal([]);
  });
});
