import { expect } from "chai";
import { parts } from "../../components/registry/parts.ts";
import { logShipping } from "../../components/sql/log-shipping/part.ts";
import { repairIdentity } from "../../components/sql/log-shipping/verbs.ts";
import { k2 } from "../../components/k2/part.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import type { Parts, Request } from "../../model/part.ts";
import type { Draft } from "../../model/verb.ts";
import { back } from "../../planning/back.ts";
import { planDrill } from "../../planning/drill.ts";
import { inverse } from "../../planning/inverse.ts";
import { reprotections } from "../../planning/reprotection.ts";
import { exampleEstate } from "./example-estate.ts";

const recovery = describeEstate(exampleEstate(), parts);
const toDr: Request = { from: "primary", to: "dr", mode: "planned" };
const toPrimary: Request = { from: "dr", to: "primary", mode: "planned" };

/** The same parts, one of which says something else of one kind of plan. */
const data = (change: Partial<typeof logShipping>): Parts => ({
  ...parts,
  "sql/log-shipping": { ...logShipping, ...change },
});
const system = (change: Partial<typeof k2>): Parts => ({
  ...parts,
  k2: { ...k2, ...change },
});
/** What a part says of a kind of plan. */
function said<T>(own: T | undefined): T {
  if (own === undefined) throw new Error("this part says nothing of that any more");
  return own;
}
const dataBack = said(logShipping.back);
const dataInverse = said(logShipping.inverse);
const dataDrill = said(logShipping.drill);
const k2Back = said(k2.back);
const k2Inverse = said(k2.inverse);
const again = said(logShipping.reprotect);
const butFirst = (drafts: readonly Draft[] = []): readonly Draft[] => drafts.slice(1);

/** A part that says one thing wrong, the plan that is made of it, and the rule that must refuse it. */
const mistakes: Readonly<Record<string, readonly [rule: string, make: () => unknown]>> = {
  "a way back that leaves a database of the target open": [
    "one writer",
    () =>
      back(
        recovery,
        toDr,
        data({
          back: (...a) => ({
            ...dataBack(...a),
            "close-target": butFirst(dataBack(...a)["close-target"]).filter((d) =>
              d.id.includes("/retire-jobs/"),
            ),
          }),
        }),
      ),
  ],
  "a way back that leaves services of the target running": [
    "one writer",
    () => back(recovery, toDr, system({ back: (...a) => ({ ...k2Back(...a), "stop-target": [] }) })),
  ],
  "a way back that opens fewer databases than the move has closed": [
    "all is given back",
    () => back(recovery, toDr, data({ inverse: (...a) => ({ reopen: butFirst(dataInverse(...a).reopen) }) })),
  ],
  "an abandon that forgets a database": [
    "all is given back",
    () =>
      inverse(recovery, toDr, data({ inverse: (...a) => ({ reopen: butFirst(dataInverse(...a).reopen) }) })),
  ],
  "an abandon that starts no service again": [
    "all is given back",
    () =>
      inverse(
        recovery,
        toDr,
        system({ inverse: (...a) => ({ ...k2Inverse(...a), "restart-services": [] }) }),
      ),
  ],
  "an abandon that opens databases when services run already": [
    "all is given back",
    () =>
      inverse(
        recovery,
        toDr,
        data({
          inverse: (...a) => {
            const { reopen = [] } = dataInverse(...a);
            return { "verify-again": reopen.map((d) => ({ ...d, needs: [] })) };
          },
        }),
      ),
  ],
  "a re-protection that saves all databases but one": [
    "nothing is overwritten",
    () =>
      reprotections(
        recovery,
        toPrimary,
        data({ reprotect: (...a) => ({ ...again(...a), save: butFirst(again(...a).save) }) }),
      ),
  ],
  "a re-protection that restores where it should save": [
    "nothing is overwritten",
    () =>
      reprotections(
        recovery,
        toPrimary,
        data({
          reprotect: (...a) => {
            const { save, follow } = again(...a);
            return { save: save.map((d, i) => ({ ...d, verb: follow[i]?.verb ?? d.verb })), follow };
          },
        }),
      ),
  ],
  "a drill whose copies nothing removes": [
    "copies alone",
    () => planDrill(recovery, toDr, data({ drill: (...a) => ({ ...dataDrill(...a), sweep: [] }) })),
  ],
  "a drill that gives its copies owner and Service Broker of production": [
    "copies alone",
    () =>
      planDrill(
        recovery,
        toDr,
        data({
          drill: (id, f, ...a) => {
            const own = dataDrill(id, f, ...a);
            const host = f.host.dr;
            const [database = ""] = f.databases;
            const on = repairIdentity.step(`${id}/drill-identity/${database}`, { database, host });
            return { ...own, verify: [...(own.verify ?? []), on] };
          },
        }),
      ),
  ],
  "a drill that checks before it has copied": [
    "copies alone",
    () =>
      planDrill(
        recovery,
        toDr,
        data({
          drill: (...a) => {
            const own = dataDrill(...a);
            const [first] = own.preflight ?? [];
            const early = (own.verify ?? []).map((d) => ({ ...d, needs: first ? [first] : [] }));
            return { ...own, verify: early };
          },
        }),
      ),
  ],
  "a drill that may copy for ever": [
    "bounded",
    () =>
      planDrill(
        recovery,
        toDr,
        data({
          drill: (...a) => {
            const own = dataDrill(...a);
            const restore = (own.restore ?? []).map((d) => ({ ...d, timeoutSec: Infinity }));
            return {
              ...own,
              restore,
              verify: (own.verify ?? []).map((d) => ({ ...d, needs: restore.slice(-1) })),
            };
          },
        }),
      ),
  ],
  "an abandon with two steps of one name": [
    "reachable",
    () =>
      inverse(
        recovery,
        toDr,
        data({
          inverse: (...a) => {
            const { reopen = [] } = dataInverse(...a);
            return { reopen: [...reopen, ...reopen.slice(0, 1).map((d) => ({ ...d }))] };
          },
        }),
      ),
  ],
};

describe("The rules of what takes a move back, re-protects, or tries a copy", () => {
  for (const [what, [rule, make]] of Object.entries(mistakes))
    it(`refuse ${what}`, () => {
      expect(make).to.throw(new RegExp(`breaks the rule "${rule}" .*Nothing was changed`, "s"));
    });

  it("let through what the parts themselves say, in both directions", () => {
    for (const request of [toDr, toPrimary])
      for (const mode of ["planned", "unplanned"] as const) {
        expect(inverse(recovery, { ...request, mode }, parts)).to.not.be.empty;
        expect(back(recovery, { ...request, mode }, parts)).to.not.be.empty;
        expect(reprotections(recovery, request, parts)).to.not.be.empty;
        expect(planDrill(recovery, request, parts).groups).to.not.be.empty;
      }
  });
});
