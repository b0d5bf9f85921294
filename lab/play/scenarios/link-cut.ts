import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { situation } from "../../../journal/situation.ts";
import { reportOf } from "../../../report/report.ts";
import { begin, cutOver, provision, succeeded, timeGoesBy } from "../acts.ts";
import { checksAtStandby } from "../checks.ts";
import { checksAtOldSite, declareLost, probed, refused } from "../returning.ts";
import type { Act, Memory, Scenario } from "../scenario.ts";

const cut: Act<Memory> = {
  title: "the line to the primary is cut; production works on behind it",
  run: async (memory, { rig, say }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    memory.endedAtMs = rig.lab.clock.now();
    await rig.lab.network.siteCut("primary");
    say("nothing of London answers");
  },
};

/** So long before the cut the disaster is declared: logs that came since speak against it. */
const earlierMs = 100 * 60_000;

const waive: Act<Memory> = {
  title: "a waiver against a sign of life: refused for one person, taken from two",
  run: async (memory, { rig, say }) => {
    const disasterMs = memory.endedAtMs - earlierMs;
    const reason = ["--waive-fence", "somebody called from London: all is dark"];
    const looked = await rig.pulumi(["preview", "-s", "dr-active"]);
    const one = refused(await declareLost(rig, disasterMs, reason), /a second person must answer for it/);
    const two = [...reason, "--second", "S.Lee"];
    succeeded(await declareLost(rig, disasterMs, two), "declare with a second name");
    const { declaration } = situation(await rig.entries());
    memory.seen = [
      { name: "one person cannot waive against a sign of life", ok: true, detail: one },
      {
        name: "two can, and what they saw is in the journal",
        ok: declaration?.second === "S.Lee" && (declaration.accepted?.length ?? 0) > 0,
        detail: declaration?.accepted?.[0] ?? "nothing was kept",
      },
      {
        name: "a server in a third place reaches what the runner does not, and that speaks against the waiver",
        ok:
          /CUT OFF, NOT DEAD: .*SQLPRD01 accepts connections from OBS01/.test(looked.all) &&
          (declaration?.accepted ?? []).some((sign) =>
            sign.startsWith("SQLPRD01 accepts connections from OBS01"),
          ),
        detail: /CUT OFF, NOT DEAD[^\n]*/.exec(looked.all)?.[0] ?? "preview does not say so",
      },
    ];
    say(declaration?.accepted?.[0] ?? "");
  },
};

const join_: Act<Memory> = {
  title: "the line is back; parallel-standby probe --notify",
  run: async (memory, { rig, say }) => {
    await rig.lab.clock.advance(10 * 60_000);
    const dark = await probed(rig);
    const runsOn = rig.lab.serviceAt("K2PRD01", "K2 Server");
    const told = join(rig.folder, "told.txt");
    const program = join(rig.folder, "tell.mjs");
    await writeFile(
      program,
      'import { readFileSync, appendFileSync } from "node:fs";\nappendFileSync(process.argv[2], readFileSync(0, "utf8"));\n',
    );
    await rig.lab.network.siteJoined("primary");
    const contact = await probed(rig, ["--notify", process.execPath, program, told]);
    const rest = await probed(rig, ["--notify", process.execPath, program, told]);
    const text = await readFile(told, "utf8").catch(() => "");
    memory.seen = [
      ...(memory.seen ?? []),
      {
        name: "probe waits while nothing answers",
        ok: dark.code === 5 && runsOn === "running",
        detail: `${String(dark.code)}: ${dark.says}; K2 Server on K2PRD01 is ${runsOn}`,
      },
      {
        name: "probe fences at first contact, tells it once, and is at rest afterwards",
        ok: contact.code === 0 && rest.code === 0 && /answered again and is fenced/.test(text),
        detail: text.trim().split("\n").join(" · ") || `${String(contact.code)}: ${contact.says}`,
      },
    ];
    say(contact.says);
  },
};

const look: Act<Memory> = {
  title: "ask both sites",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    const point = s.points.get("k2");
    if (!s.declared || !point) throw new Error("the journal holds no facts or no point");
    memory.played = {
      activeSiteBefore: "primary",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(memory.seen ?? []),
        ...(await checksAtStandby(rig.lab, memory.endedAtMs, point)),
        ...(await checksAtOldSite(rig.lab, undefined)),
      ],
    };
  },
};

/** A site that only looks dead: two people answer for it, and it is fenced the moment it is reached. */
export const linkCut: Scenario = {
  name: "link-cut",
  about: "the primary is cut off and works on; a waiver needs two people, and the first contact fences it",
  lab: { guard: true, observer: true },
  acts: [
    begin,
    provision("primary", "London"),
    provision("standby", "Leeds"),
    timeGoesBy(5, "five hours of production"),
    cut,
    waive,
    cutOver,
    join_,
    look,
  ],
};
