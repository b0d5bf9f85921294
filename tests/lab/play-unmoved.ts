/** A rehearsal that reports a move which nobody made: run as a program by its test. */
import { begin } from "../../lab/play/acts.ts";
import { addressOf } from "../../lab/play/checks.ts";
import { play } from "../../lab/play/play.ts";
import type { Act, Memory } from "../../lab/play/scenario.ts";
import { reportOf } from "../../report/report.ts";
import { begunActivation, completed, point, recovery } from "../unit/report-fixture.ts";

const look: Act<Memory> = {
  title: "ask DNS",
  run: async (memory, { rig: { lab } }) => {
    const address = await addressOf(lab, "k2.corp.example");
    memory.played = {
      activeSiteBefore: "primary",
      activeSiteAfter: "dr",
      report: reportOf(begunActivation().add(point(60), 5).add(completed, 60).entries, recovery),
      checks: [
        {
          name: "k2.corp.example leads to the standby",
          ok: address === lab.host("K2DR01").identity.address,
          detail: `DNS answers ${address}`,
        },
      ],
    };
  },
};

process.exitCode = await play(
  { name: "unmoved", about: "nothing moves", acts: [begin, look] },
  { json: true, keep: false },
);
