import { expect } from "chai";
import type { Parts } from "../../model/part.ts";
import { completedText, verdictText } from "../../stacks/completed-text.ts";
import { situation } from "../../journal/situation.ts";
import type { Fact } from "../../journal/entries.ts";
import { onlyThereNow } from "../../stacks/only-there.ts";
import { data, toyParts } from "./toy.ts";
import {
  after,
  completed,
  declared,
  entriesFor,
  genesis,
  moveTo,
  noReturn,
  started,
  word,
} from "./journal-facts.ts";

/** Parts of which the data's backups lie on one server alone while dr is active. */
const withAlone: Parts = {
  ...toyParts,
  "toy-data": {
    ...data,
    onlyThere: (_, site) =>
      site === "dr" ? { says: "backups of db lie on D alone", todo: "name a share" } : undefined,
  },
};
const begun = [declared, moveTo("dr"), started(1)];
const verdict = (...facts: readonly Fact[]): string | undefined => {
  const entries = entriesFor(genesis, ...facts);
  return verdictText(situation(entries), 1, entries);
};

describe("what up announces of an activation", () => {
  it("is its plan until it is completed, and for the one that begins after it", () => {
    expect(completedText(after(...begun, noReturn(1)), 1)).to.equal(undefined);
    expect(completedText(after(...begun, completed(1), moveTo("primary")), 2)).to.equal(undefined);
  });

  it("is that it is completed, and no plan, where nothing is owed", () => {
    expect(completedText(after(...begun, word("a", "done"), completed(1)), 1)).to.equal(
      "activation 1 is completed: dr is active; owed: nothing. No step acts",
    );
  });

  it("names what is owed, and why, where something is", () => {
    const says = completedText(after(...begun, word("a", "failed"), word("b", "done"), completed(1)), 1);
    expect(says).to.match(
      /^activation 1 is completed: dr is active.*owed: 1 of its steps\. They are tried again/,
    );
    expect(says?.split("\n")).to.have.length(2);
    expect(says).to.match(/\n {2}a: /);
  });

  it("ends, once it is completed, with what is owed and how the active site gets a standby again", () => {
    expect(verdict(...begun, noReturn(1))).to.equal(undefined);
    const says = verdict(...begun, word("a", "failed"), completed(1)) ?? "";
    expect(says.split("\n").slice(0, 2)).to.deep.equal([
      'activation 1 is completed: dr is active; owed: 1 of its steps. "pulumi up -s dr-active" again does them once they can be done',
      '  a: NOT FENCED: keep the power or the network of primary off; if it comes back, run "parallel-standby probe"',
    ]);
    expect(says).to.match(
      /\nnext: give dr a standby again, .* pulumi up -s standby, then pulumi up -s primary$/,
    );
  });

  it("ends without a word of the standby once there is one again, and with readiness where that found no point there", () => {
    const done = [...begun, word("a", "done"), completed(1)];
    const provisioned: Fact = {
      kind: "step",
      step: "data0/standby-jobs/db",
      verdict: "done",
      critical: true,
      says: "logs of db are copied to P every 15 minutes",
    };
    expect(verdict(...done, provisioned)).to.equal("activation 1 is completed: dr is active; owed: nothing");
    const look: Fact = {
      kind: "readiness",
      to: "primary",
      verdict: "not ready",
      findings: [{ id: "no-point:web0", severity: "stops", at: "web0", says: "there is no point" }],
      noted: {},
    };
    expect(verdict(...done, provisioned, look)).to.match(
      /\nnext: look whether the standby has a point by now: parallel-standby readiness$/,
    );
  });

  it("ends, where backups lie on the server of the data alone until there is a standby, with what to do about that", () => {
    const entries = entriesFor(genesis, ...begun, completed(1));
    const s = situation(entries);
    const alone = onlyThereNow(s, withAlone);
    expect(alone).to.deep.equal([{ says: "backups of db lie on D alone", todo: "name a share" }]);
    expect(verdictText(s, 1, entries, alone)).to.match(
      /\nnext: give dr a standby again, .*\n {2}until then backups of db lie on D alone: name a share, then pulumi up -s standby; or copy them to another server by hand$/,
    );
    expect(onlyThereNow(after(declared), withAlone), "none at a site that keeps its elsewhere").to.deep.equal(
      [],
    );
  });
});
