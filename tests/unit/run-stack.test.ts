import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { parts } from "../../components/registry/parts.ts";
import type { Fact } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import type { Declared, Estate, Server } from "../../model/estate.ts";
import { hashOf } from "../../model/recovery.ts";
import { secret } from "../../model/secret.ts";
import { plan } from "../../planning/plan.ts";
import { runStack, type StackOutputs } from "../../stacks/run-stack.ts";
import { exampleEstate } from "./example-estate.ts";
import { registered, type Registered } from "./recorder.ts";
import { inFolder } from "./runner-rig.ts";

/** What each reference of the estate stands for, in the environment of the program. */
const secrets: Readonly<Record<string, string>> = Object.fromEntries(
  ["SQL_PRIMARY", "SQL_DR", "TSIG_KEY", "K2_MASTER_KEY", "CAPTURE_KEY", "ADMIN_PASSWORD"].map((name) => [
    name,
    `the secret behind ${name}`,
  ]),
);

/** The example estate, K2's standby server being a VM that is made here: its administrator's password is needed to make it. */
function estateWithVm(): Estate {
  const withVm = (s: Server): Server =>
    s.id === "K2DR01"
      ? {
          ...s,
          host: {
            ...s.host,
            azure: {
              subscriptionId: "sub",
              resourceGroup: "rg-dr",
              vm: "K2DR01",
              provision: {
                location: "northeurope",
                size: "Standard_D4s_v5",
                subnetId: "/subnets/servers",
                imageId: "/images/k2",
                adminUser: "ops",
                adminPassword: secret.env("ADMIN_PASSWORD"),
                dataDisksGb: [128],
                tags: {},
              },
            },
          },
        }
      : s;
  const made = new Map<Server, Server>();
  const once = (s: Server): Server => made.get(s) ?? made.set(s, withVm(s)).get(s) ?? s;
  const walk = (d: Declared): Declared => ({ ...d, servers: d.servers.map(once), uses: d.uses.map(walk) });
  const estate = exampleEstate();
  return { ...estate, systems: estate.systems.map(walk) };
}

const estate = estateWithVm();
const recovery = describeEstate(estate, parts);
const begun: readonly Fact[] = [
  { kind: "genesis", estate: "contoso", active: "primary" },
  { kind: "declared", factsHash: hashOf(recovery), recovery },
];
const declared: Fact = { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 };

interface Ran {
  readonly resources: readonly Registered[];
  readonly outputs?: StackOutputs;
  readonly refused?: string;
}

interface Rig {
  readonly journal: Journal;
  run(stack: string, preview: boolean): Promise<Ran>;
}

const folders: string[] = [];

/** A project's folder with a journal, and the program that every stack of it runs. */
async function rig(facts: readonly Fact[] = begun): Promise<Rig> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"));
  folders.push(folder);
  await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: contoso\n");
  const journal = journalOn(folderStore(path.join(folder, "journal"), undefined, () => undefined));
  for (const f of facts) await journal.append(f);
  return {
    journal,
    run: (stack, preview) =>
      inFolder(folder, async () => {
        const before = new Set(process.listeners("beforeExit"));
        let outputs: StackOutputs | undefined;
        let refused: string | undefined;
        const resources = await registered(
          async () => {
            await runStack(estate).then(
              (given) => (outputs = given),
              (error: unknown) => (refused = String(error)),
            );
          },
          { preview, stack },
        );
        // As the program's own end does it: the lease of the run is given back.
        for (const end of process.listeners("beforeExit").filter((l) => !before.has(l))) {
          process.off("beforeExit", end);
          await (end as () => unknown)();
        }
        return {
          resources: resources.filter((r) => r.type !== "pulumi:pulumi:Stack"),
          ...(outputs ? { outputs } : {}),
          ...(refused === undefined ? {} : { refused }),
        };
      }),
  };
}

/** How Pulumi marks a secret on its way to the engine. */
const mark = "4dabf18193072939515e22adb298388d";

/** What is not marked as secret. */
const inClear = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === "object" && mark in v ? "secret" : v,
  );

describe("the program of a stack", function () {
  this.timeout(20_000);
  const environment = { ...process.env };
  before(async () => {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"));
    folders.push(home);
    await fs.mkdir(path.join(home, ".ssh"));
    await fs.writeFile(path.join(home, ".ssh", "id_ed25519"), "the secret behind the key");
    Object.assign(process.env, secrets, { HOME: home, USERPROFILE: home });
  });
  after(async () => {
    for (const name of Object.keys(secrets)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, environment);
    await Promise.all(folders.map((f) => fs.rm(f, { recursive: true, force: true })));
  });

  const steps = plan(recovery, { from: "primary", to: "dr", mode: "planned" }, parts).steps;
  const expected: Readonly<Record<string, readonly string[]>> = {
    primary: ["contoso", "k2", "k2-data", "k2.corp.example", "k2-sql.corp.example", "contoso-stacks"],
    standby: ["contoso", "k2", "k2-data", "K2DR01", "K2DR01-vm", "contoso-declare", "contoso-stacks"],
    "dr-active": ["move", ...steps.map((s) => `move-${s.id}`)],
  };

  for (const [stack, names] of Object.entries(expected))
    it(`makes the same resources of ${stack} where everything is known and in a preview, where nothing has an id`, async () => {
      const facts = stack === "dr-active" ? [...begun, declared] : begun;
      const known = await (await rig(facts)).run(stack, false);
      const unknown = await (await rig(facts)).run(stack, true);
      expect(known.refused).to.equal(undefined);
      expect(unknown.refused).to.equal(undefined);
      const shape = ({ resources }: Ran) =>
        resources
          .map(({ type, name, parent, dependsOn }) => ({
            type,
            name,
            parent,
            dependsOn: [...dependsOn].sort(),
          }))
          .sort((a, b) => a.name.localeCompare(b.name));
      expect(shape(known)).to.deep.equal(shape(unknown));
      expect(known.resources.map((r) => r.name)).to.include.members([...names]);
    });

  for (const [stack, needed] of [
    ["primary", /"env":"SQL_PRIMARY"/],
    ["standby", /"env":"CAPTURE_KEY"/],
    ["dr-active", /"env":"K2_MASTER_KEY"/],
  ] as const)
    for (const preview of [false, true])
      it(`gives no resource of ${stack} a secret, ${preview ? "in a preview" : "in an up"}: references, and what is marked as secret`, async () => {
        const { resources, outputs } = await (await rig([...begun, declared])).run(stack, preview);
        const text = inClear([resources, outputs]).replaceAll('\\"', '"');
        expect(text).to.match(needed);
        for (const value of Object.values(secrets)) expect(text).not.to.include(value);
        const children = resources.filter((r) => r.parent === "k2-data");
        if (stack !== "dr-active") expect(children.length, "of log shipping").to.be.greaterThan(5);
        if (stack === "standby")
          expect(JSON.stringify(resources), "the one that Azure needs, marked").to.include(
            secrets["ADMIN_PASSWORD"],
          );
      });

  it("changes nothing in the journal in a preview, and takes no lease", async () => {
    for (const stack of Object.keys(expected)) {
      const { journal, run } = await rig([...begun, declared]);
      await run(stack, true);
      expect(await journal.entries(), stack).to.have.length(begun.length + 1);
      expect(await journal.store.leases(), stack).to.deep.equal([]);
    }
  });

  it("gives its outputs before any step: which journal, where it stood, which activation", async () => {
    const { journal, run } = await rig([...begun, declared]);
    const { outputs } = await run("dr-active", false);
    const entries = await journal.entries();
    const start = entries.find((e) => e.kind === "activation started");
    expect(outputs).to.deep.equal({ genesis: entries[0]?.hash, head: start?.hash, epoch: 1 });
    expect((await (await rig()).run("standby", true)).outputs).to.have.keys("genesis", "head");
  });

  it("refuses a stack that is none with the name that was meant, and makes nothing", async () => {
    const { resources, refused } = await (await rig()).run("stanby", true);
    expect(refused).to.match(
      /"stanby" is no stack of an estate\. Use one of primary, standby, dr-active, primary-active, dr-drill\. Did you mean standby\?/,
    );
    expect(resources).to.deep.equal([]);
  });

  it("changes nothing toward the site that is active already", async () => {
    const { resources, outputs } = await (await rig()).run("primary-active", true);
    expect(resources).to.deep.equal([]);
    expect(outputs).to.have.keys("genesis", "head");
  });

  it("refuses to provision while a move is declared that holds restores, and while the estate moves", async () => {
    const held: Fact = { kind: "held", part: "k2-data", says: "stopped" };
    const { resources, refused } = await (await rig([...begun, declared, held])).run("standby", true);
    expect(refused).to.match(/restores of k2-data are held for a declared move/);
    expect(resources).to.deep.equal([]);
    const moving = await rig([...begun, declared]);
    await moving.run("dr-active", false);
    expect((await moving.run("primary", true)).refused).to.match(/activation 1 toward dr is unfinished/);
  });

  it("refuses the journal of another estate", async () => {
    const other = await rig([{ kind: "genesis", estate: "another", active: "primary" }]);
    expect((await other.run("standby", true)).refused).to.match(
      /belongs to the estate "another", not to "contoso"/,
    );
  });
});
