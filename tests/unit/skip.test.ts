import { expect } from "chai";
import { phases, type Phase } from "../../model/phase.ts";
import type { Step } from "../../model/verb.ts";
import { whyNeverSkipped } from "../../planning/skip.ts";
import { stop } from "./toy.ts";

const stepIn = (phase: Phase): Step => ({
  ...stop.step("web0/x", { host: "P", service: "web" }),
  phase,
  critical: true,
  needs: [],
});

describe("what may be skipped of a plan", () => {
  // Where nothing else waits for a step: what its phase alone says.
  const whole: Record<Phase, boolean> = {
    preflight: false,
    hold: true,
    "fence-apps": false,
    "final-sync": false,
    "fence-site": false,
    "choose-point": false,
    "start-hosts": false,
    "roll-forward": true,
    "approve-open": false,
    open: true,
    "flip-dependency-aliases": false,
    "fence-data": false,
    "repair-databases": false,
    "repair-identity": false,
    "start-services": false,
    "verify-services": false,
    "approve-clients": false,
    "flip-client-aliases": false,
    "smoke-test": false,
    protect: false,
    complete: false,
  };

  for (const phase of phases)
    it(`${whole[phase] ? "never holds" : "may hold"} a step of ${phase} that nothing rests on`, () => {
      const step = stepIn(phase);
      const why = whyNeverSkipped([step], step);
      if (whole[phase]) expect(why).to.match(/a database would be opened at a wrong point/);
      else expect(why).to.equal(undefined);
    });
});
