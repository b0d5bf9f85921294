import { expect } from "chai";
import {
  differs,
  intervalDifferences,
  jobDifferences,
  type JobRow,
} from "../../components/sql/log-shipping/differences.ts";
import { every, sundays } from "../../components/sql/log-shipping/tsql/agent.ts";

describe("log shipping: what a job differs in", () => {
  const wanted = { name: "j", isEnabled: true, schedule: every("s", 60), command: "c" };
  const row: JobRow = {
    enabled: 1,
    command: "c",
    schedule: "s",
    scheduleEnabled: 1,
    freqType: 4,
    freqInterval: 1,
    subdayType: 8,
    subdayInterval: 1,
    startTime: 0,
  };

  it("is nothing where all is as wanted, whatever its schedule is called", () => {
    expect(jobDifferences(wanted, [{ ...row, schedule: "another name" }])).to.deep.equal([]);
    expect(
      jobDifferences({ ...wanted, schedule: sundays("w", 2) }, [
        { ...row, freqType: 8, subdayType: 1, subdayInterval: 0, startTime: 20000 },
      ]),
    ).to.deep.equal([]);
  });

  const cases: readonly (readonly [string, readonly JobRow[], string])[] = [
    ["it is missing", [], 'there is no job "j"'],
    ["it is disabled", [{ ...row, enabled: 0 }], 'job "j" is disabled'],
    ["its schedule is off", [{ ...row, scheduleEnabled: 0 }], 'job "j" lacks its schedule'],
    ["it runs at other times", [{ ...row, subdayInterval: 2 }], 'job "j" lacks its schedule'],
    [
      "it runs by a second schedule",
      [row, { ...row, schedule: "lunch", freqInterval: 2 }],
      'job "j" runs by the schedule "lunch", too',
    ],
    ["it does something else", [{ ...row, command: "x" }], 'job "j" does something else'],
  ];
  for (const [name, rows, says] of cases)
    it(`is said: ${name}`, () => {
      expect(jobDifferences(wanted, rows)).to.include(says);
    });

  it("is said for adopted jobs in minutes", () => {
    expect(intervalDifferences("j", 60, [row])).to.deep.equal([]);
    expect(intervalDifferences("j", 15, [row])).to.deep.equal([
      'job "j" runs every 60 minutes, not every 15',
    ]);
    expect(intervalDifferences(null, 15, [])).to.deep.equal(['there is no job "of log shipping"']);
    expect(differs("the hold", null, 180, false)).to.deep.equal(['the hold is not set, not "180"']);
  });
});
