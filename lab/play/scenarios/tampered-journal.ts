import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { situation } from "../../../journal/situation.ts";
import { reportOf } from "../../../report/report.ts";
import { begin, cutOver, operator, provision, succeeded, timeGoesBy } from "../acts.ts";
import { checksAtStandby } from "../checks.ts";
import type { Rig } from "../rig.ts";
import type { Act, Check, Memory, Scenario } from "../scenario.ts";

/** What somebody does to journal and mirror, and the sentence with which everything stops. */
const tampers: readonly {
  readonly what: string;
  readonly make: (text: string) => string;
  readonly says: RegExp;
}[] = [
  {
    what: "a line that was changed",
    make: (text) => text.replace(/"says":"([^"]*)K2/, '"says":"$1k2'),
    says: /the journal is broken at entry \d+: its text was changed after it was written/,
  },
  {
    what: "a line that is cut in the middle",
    make: (text) => {
      const lines = text.split("\n");
      const at = lines.length - 4;
      return [...lines.slice(0, at), (lines[at] ?? "").slice(0, 40), ...lines.slice(at + 1)].join("\n");
    },
    says: /the journal is broken at entry \d+: it is not JSON/,
  },
  {
    what: "the journal of another estate",
    make: () => other,
    says: /belongs to the estate "others", not to "lab"|has seen a journal that begins with/,
  },
  {
    what: "an empty journal",
    make: () => "",
    says: /there is no journal in .*, or an empty one|absent or empty/,
  },
];
/** A journal that was begun for another estate; its chain holds. */
let other = "";

const files = (rig: Rig): readonly string[] =>
  ["journal", "journal-mirror"].map((f) => join(rig.folder, ".lab", f, "journal.jsonl"));
const putAll = (rig: Rig, text: string): Promise<unknown> =>
  Promise.all(files(rig).map((file) => writeFile(file, text)));

const tamper: Act<Memory> = {
  title: "journal and mirror are tampered with, four ways; each stops stacks and commands",
  run: async (memory, { rig, say }) => {
    const [journal = ""] = files(rig);
    const right = await readFile(journal, "utf8");
    other = await othersJournal(rig);
    const seen: Check[] = [];
    for (const { what, make, says } of tampers) {
      say(what);
      const tampered = make(right);
      await putAll(rig, tampered);
      const up = await rig.pulumi(["up", "-s", "standby", "--skip-preview", "--yes"]);
      const status = await rig.cli(["status"]);
      const untouched = (await readFile(journal, "utf8")) === tampered;
      const refused = [up, status].every((r) => r.code !== 0 && says.test(r.all.replaceAll(/\s+/g, " ")));
      seen.push({
        name: `${what} is refused, and nothing is written`,
        ok: refused && untouched && tampered !== right,
        detail: status.all.trim().split("\n").at(-1) ?? "",
      });
    }
    await putAll(rig, tampers[0]?.make(right) ?? "");
    memory.seen = seen;
  },
};

/** The journal of an estate called otherwise, as `journal init` writes it. */
async function othersJournal(rig: Rig): Promise<string> {
  const { lineOf } = await import("../../../journal/chain.ts");
  return `${lineOf({ kind: "genesis", estate: "others", active: "dr" }, [], new Date(rig.lab.clock.now()), "x@y#1")}\n`;
}

const breakGlass: Act<Memory> = {
  title: "parallel-standby journal break-glass, and pulumi up of both sites",
  run: async (memory, { rig, say }) => {
    const args = ["journal", "break-glass", "--as", operator, "--reason", "a line was changed"];
    const wrong = await rig.cli([...args, "--active", "dr"]);
    const ran = succeeded(await rig.cli([...args, "--active", "primary"]), "journal break-glass");
    say(ran.stdout.trim().split("\n").at(-2) ?? "");
    for (const stack of ["primary", "standby"])
      succeeded(await rig.pulumi(["up", "-s", stack, "--skip-preview", "--yes"]), `pulumi up -s ${stack}`);
    memory.seen = [
      ...(memory.seen ?? []),
      {
        name: "a site that the servers do not show to be active is refused",
        ok: wrong.code !== 0 && /contradicts that dr/.test(wrong.all),
        detail: wrong.all.trim().split("\n").at(-1) ?? "",
      },
      {
        name: "the tampered files are kept",
        ok: (ran.stdout.match(/kept as it was/g) ?? []).length === 2,
        detail: ran.stdout.match(/kept as it was: .*/)?.[0] ?? "",
      },
    ];
  },
};

const declarePlanned: Act<Memory> = {
  title: "parallel-standby declare --mode planned",
  run: async (_memory, { rig }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    succeeded(await rig.cli(["declare", "--to", "dr", "--mode", "planned", "--as", operator]), "declare");
  },
};

const look: Act<Memory> = {
  title: "ask DNS, open K2's port, read the databases",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    const point = s.points.get("k2");
    if (!s.declared || !point) throw new Error("the journal holds no facts or no point");
    const first = entries[0];
    memory.played = {
      activeSiteBefore: first?.kind === "genesis" ? first.active : "",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(memory.seen ?? []),
        ...(await checksAtStandby(rig.lab, rig.lab.productionEndedMs(), point)),
      ],
    };
  },
};

/** Somebody has tampered with the journal and its mirror; glass is broken, and a planned move loses nothing. */
export const tamperedJournal: Scenario = {
  name: "tampered-journal",
  about:
    "journal and mirror are tampered with, each way refused; glass is broken, and the planned move works",
  acts: [
    begin,
    provision("primary", "London"),
    provision("standby", "Leeds"),
    timeGoesBy(4, "four hours of production"),
    tamper,
    breakGlass,
    declarePlanned,
    cutOver,
    look,
  ],
};
