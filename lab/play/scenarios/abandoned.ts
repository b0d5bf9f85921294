import { situation } from "../../../journal/situation.ts";
import { stateOf } from "../../../journal/state.ts";
import { reportOf } from "../../../report/report.ts";
import { begin, operator, provision, succeeded, timeGoesBy } from "../acts.ts";
import { addressOf, answers, rowsOf } from "../checks.ts";
import type { Act, Check, Memory, Scenario, Stage } from "../scenario.ts";
import type { Lab } from "../../world/start.ts";

const declarePlanned = async ({ rig }: Stage): Promise<void> => {
  await rig.lab.clock.advance(30 * 60_000 + 20_000);
  succeeded(await rig.cli(["declare", "--to", "dr", "--mode", "planned", "--as", operator]), "declare");
};

/** Breaks a move off in the middle of its restores, as a runner does that loses its power. */
const breakOff: Act<Memory> = {
  title: "a planned move, broken off while logs are restored",
  run: async (_memory, stage) => {
    await declarePlanned(stage);
    const { rig, say } = stage;
    const engine = rig.start("pulumi", ["up", "-s", "dr-active", "--skip-preview", "--yes"]);
    const restores = async (): Promise<boolean> =>
      [...situation(await rig.entries()).begun].some((s) => s.startsWith("k2-data/roll-forward/"));
    for (let i = 0; i < 600 && !(await restores()); i++) await new Promise((go) => setTimeout(go, 100));
    await rig.powerCut();
    await engine.done;
    say(`K2 at London is ${rig.lab.serviceAt("K2PRD01", "K2 Server")}`);
  },
};

const abandonIt: Act<Memory> = {
  title: "parallel-standby abandon: production goes on where it was",
  run: async (memory, { rig }) => {
    succeeded(
      await rig.cli(["abandon", "--as", operator, "--reason", "the runner lost its power"]),
      "abandon",
    );
    succeeded(await rig.pulumi(["cancel", "-s", "dr-active", "--yes"]), "pulumi cancel");
    const before = await workAt(rig.lab);
    await rig.lab.clock.advance(3_600_000);
    memory.seen = [
      ...(await checksAtPrimary(rig.lab, before)).map((c) => ({ ...c, name: `abandoned: ${c.name}` })),
      {
        name: "abandoned: the estate is at rest",
        ok: stateOf(situation(await rig.entries())) === "active",
        detail: stateOf(situation(await rig.entries())),
      },
    ];
  },
};

const provisionAgain: Act<Memory> = {
  title: "pulumi up of both sites",
  run: async (_memory, { rig }) => {
    for (const stack of ["primary", "standby"])
      succeeded(await rig.pulumi(["up", "-s", stack, "--skip-preview", "--yes"]), `pulumi up -s ${stack}`);
  },
};

/** K2 of the standby does not start: the move stands still, past no return. */
const stuck: Act<Memory> = {
  title: "the move again; K2 does not start at Leeds, past the point of no return",
  run: async (memory, stage) => {
    await declarePlanned(stage);
    const { rig, say } = stage;
    rig.lab.host("K2DR01").services.setFaults("K2 Server", { failsToStart: 1067 });
    const ran = await rig.pulumi(["up", "-s", "dr-active", "--skip-preview", "--yes"]);
    const s = situation(await rig.entries());
    const refused = await rig.cli(["abandon", "--as", operator, "--reason", "x"]);
    memory.endedAtMs = rig.lab.clock.now();
    say(s.verdicts.get("k2/start/K2DR01/K2 Server")?.says ?? "");
    memory.seen = [
      ...(memory.seen ?? []),
      {
        name: "the move is past no return, and abandon refuses it with the way out",
        ok:
          ran.code !== 0 &&
          stateOf(s) === "moving past no return" &&
          refused.all.includes("parallel-standby back"),
        detail: `${stateOf(s)}; ${refused.all.trim().split("\n").at(-1) ?? ""}`,
      },
    ];
  },
};

const goBack: Act<Memory> = {
  title: "parallel-standby back: the target is closed, then production opens as its tails closed it",
  run: async (memory, { rig, say }) => {
    const args = ["back", "--as", operator, "--reason", "K2 does not start at Leeds"];
    const asks = await rig.cli(args);
    const ran = succeeded(await rig.cli([...args, "--accept-loss", "2h"]), "back");
    say(ran.stdout.trim().split("\n").at(-2) ?? "");
    memory.seen = [
      ...(memory.seen ?? []),
      {
        name: "without a loss that is accepted by name nothing goes back",
        ok: asks.code !== 0 && asks.all.includes("--accept-loss"),
        detail: asks.all.trim().split("\n").at(-1) ?? "",
      },
    ];
  },
};

/** What was opened at Leeds is closed and may hold work: only saved it is overwritten, and then it follows again. */
const standbyAgain: Act<Memory> = {
  title: "parallel-standby reprotect: Leeds is the standby again",
  run: async (memory, { rig, say }) => {
    await rig.lab.clock.advance(3_600_000);
    const seen: Check[] = [...(memory.seen ?? []), ...(await checksWhenBack(rig.lab))];
    memory.seen = seen;
    const refused = await rig.pulumi(["up", "-s", "standby", "--skip-preview", "--yes"]);
    const saved = succeeded(
      await rig.cli(["reprotect", "--as", operator, "--reason", "the move was given up"]),
      "reprotect",
    );
    await provisionAgain.run(memory, { rig, say });
    const states = await statesAt(rig.lab, "SQLDR01");
    seen.push(
      {
        name: "gone back: pulumi up overwrites nothing of what was opened at the standby",
        ok: refused.code !== 0 && /Run "[^"]*reprotect/.test(refused.all),
        detail: /this site was active[^\n]*/.exec(refused.all)?.[0] ?? `exit code ${String(refused.code)}`,
      },
      {
        name: "re-protected: it was saved, and follows production again",
        ok: /is saved: .*_salvage_/.test(saved.all) && states === "K2 is RESTORING, Claims is RESTORING",
        detail: states,
      },
    );
  },
};

const look: Act<Memory> = {
  title: "ask DNS, open K2's port, read the databases of both sites",
  run: async (memory, { rig }) => {
    const before = await workAt(rig.lab);
    await rig.lab.clock.advance(3_600_000);
    const entries = await rig.entries();
    const s = situation(entries);
    if (!s.declared) throw new Error("the journal holds no facts");
    const first = entries[0];
    memory.played = {
      activeSiteBefore: first?.kind === "genesis" ? first.active : "",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(memory.seen ?? []),
        ...(await checksAtPrimary(rig.lab, before)).map((c) => ({ ...c, name: `gone back: ${c.name}` })),
        {
          name: "gone back: the estate is at rest, with the primary active",
          ok: stateOf(s) === "active" && s.active === "primary",
          detail: `${stateOf(s)}, ${s.active}`,
        },
      ],
    };
  },
};

async function checksWhenBack(lab: Lab): Promise<readonly Check[]> {
  const closed = await statesAt(lab, "SQLDR01");
  const service = lab.serviceAt("K2DR01", "K2 Server");
  return [
    {
      name: "gone back: nothing at the standby can write",
      ok: !closed.includes("ONLINE") && service === "stopped",
      detail: `${closed}; K2 Server on K2DR01 is ${service}`,
    },
  ];
}

const workAt = async (lab: Lab): Promise<number> =>
  Number((await rowsOf(lab, "SQLPRD01", "SELECT COUNT(*) AS n FROM [K2].[ServerLog].[ProcInst]"))[0]?.["n"]);

const statesAt = async (lab: Lab, host: string): Promise<string> =>
  (
    await rowsOf(
      lab,
      host,
      "SELECT name AS [name], state_desc AS [state] FROM sys.databases WHERE name IN (N'K2', N'Claims')",
    )
  )
    .map((r) => `${String(r["name"])} is ${String(r["state"])}`)
    .join(", ");

/** Production as its clients see it; `before` is the work that was there an hour ago. */
async function checksAtPrimary(lab: Lab, before: number): Promise<readonly Check[]> {
  const address = await addressOf(lab, "k2.corp.example").catch((e: unknown) => String(e));
  const own = lab.host("K2PRD01").identity.address;
  const answered = await answers(address, lab.k2Port).catch(() => false);
  const work = await workAt(lab).catch(() => 0);
  return [
    { name: "the name leads to the primary", ok: address === own, detail: `DNS answers ${address}` },
    { name: "K2 answers there", ok: answered, detail: `${address}:${String(lab.k2Port)}` },
    {
      name: "people work on",
      ok: work > before,
      detail: `${String(work - before)} processes more within an hour; ${await statesAt(lab, "SQLPRD01")}`,
    },
  ];
}

/** A move that is given up before no return, and one that is gone back from past it. */
export const abandonedMove: Scenario = {
  name: "abandoned",
  about:
    "a planned move is broken off and abandoned; the next one is stuck past no return and gone back from",
  lab: { speed: { restoreMs: 300 } },
  acts: [
    begin,
    provision("primary", "London"),
    provision("standby", "Leeds"),
    timeGoesBy(4, "four hours of production"),
    breakOff,
    abandonIt,
    provisionAgain,
    stuck,
    goBack,
    standbyAgain,
    look,
  ],
};
