import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addressOf, checksAtStandby } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declare,
  engineMs,
  entriesOn,
  failed,
  lose,
  ok,
  provisioned,
  situationOf,
  up,
  verdictOf,
} from "./stage.ts";

describe("what goes wrong in a cutover stops it before no return, and a second `up` finishes it", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 6 });
    const at = await lose(made);
    ok(await declare(made, at, ["--accept-loss", "2h30m", "--waive-fence", "no power"]));
  });
  after(() => made.close());

  const nothingOpen = async (): Promise<void> => {
    const s = await situationOf(made);
    expect(s.noReturn).to.equal(false);
    expect(s.active).to.equal("primary");
  };

  it("a wrong TSIG key, and a host that shows another key than the pinned one", async () => {
    const { ssh } = made.lab.host("K2DR01");
    const right = ssh.privateKey;
    ssh.changeHostKey();
    const wrong = { TSIG_KEY: Buffer.from("another key, of another server").toString("base64") };
    const { all } = failed(await up(made, "dr-active", [], wrong), /TSIG|NOTAUTH/);
    expect(all).to.match(/K2DR01[^\n]*host key|host key[^\n]*K2DR01/);
    await nothingOpen();
    ssh.changeHostKey(right);
  });

  it("the alias step alone, by --target and a state that somebody has edited: the journal refuses it", async () => {
    const flip = "k2.corp.example/flip";
    const before = await made.pulumi(["stack", "export", "-s", "dr-active"]);
    await editState(made, JSON.parse(ok(before).stdout) as State, "k2/rows-captured", "k2/healthy/K2DR01");
    const { all } = failed(
      await up(made, "dr-active", ["--target", `${urnOfSteps}::move-${flip}`]),
      /k2\.corp\.example\/flip: it needs k2\/healthy\/K2DR01 first, which has not run in activation 1\./,
    );
    expect(all).not.to.include("--target list");
    expect((await entriesOn(made, flip)).map((e) => e.verdict)).to.deep.equal(["refused"]);
    expect(await addressOf(made.lab, "k2.corp.example")).to.equal(made.lab.host("K2PRD01").identity.address);
    await nothingOpen();
    await importState(made, before.stdout);
  });

  it("a standby server that does not come up", async () => {
    await made.lab.network.hostDown("K2DR01");
    failed(await up(made, "dr-active"), /K2DR01 \(127\.20\.1\.4|K2DR01/);
    await nothingOpen();
    await made.lab.network.hostUp("K2DR01");
    await made.lab.clock.advance(10_000);
  });

  it("a log that is missing in one database's chain", async () => {
    const disk = made.lab.disk("SQLDR01");
    const files = (await disk.list("D:\\LogShip"))
      .filter((f) => /^Claims_\d+\.trn$/.test(f.name))
      .map((f) => f.name)
      .sort();
    const victim = `D:\\LogShip\\${files.at(-3) ?? ""}`;
    const content = await disk.read(victim);
    await disk.remove(victim);
    failed(await up(made, "dr-active"), /Claims/);
    expect(await verdictOf(made, "k2/choose-point")).to.equal("failed");
    await nothingOpen();
    await disk.write(victim, content);
  });

  it("and an alias that somebody has flipped already is found as it should be", async () => {
    const { server } = made.lab.dns;
    server.zone.replace(server.zone.records.filter((r) => r.name !== "k2.corp.example."));
    server.zone.put({
      name: "k2.corp.example",
      type: "A",
      value: made.lab.host("K2DR01").identity.address,
      ttl: 60,
    });
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    expect(s.verdicts.get("k2.corp.example/flip")?.verdict).to.equal("already");
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      s.points.get("k2") ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });
});

/** What an exported stack holds of its resources. */
interface State {
  readonly deployment: { readonly resources: { readonly urn: string }[] };
}

const urnOfSteps =
  "urn:pulumi:dr-active::parallel-standby-lab::parallel-standby:index:Failover$command:local:Command";

async function importState({ folder, pulumi }: Rig, state: string): Promise<void> {
  const file = join(folder, "state.json");
  await writeFile(file, state);
  ok(await pulumi(["stack", "import", "-s", "dr-active", "--file", file]));
}

/** Makes the engine believe that a step has run: a copy, under its name, of another that has. */
async function editState(
  made: Rig,
  { deployment, ...more }: State,
  ran: string,
  other: string,
): Promise<void> {
  const model = deployment.resources.find((r) => r.urn === `${urnOfSteps}::move-${ran}`);
  if (!model) throw new Error(`the state holds no ${ran}`);
  const resources = [...deployment.resources, { ...model, urn: `${urnOfSteps}::move-${other}` }];
  await importState(made, JSON.stringify({ ...more, deployment: { ...deployment, resources } }));
}
