import { expect } from "chai";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";

const start = Date.UTC(2026, 10, 22, 3, 10);
const minute = 60_000;

describe("the lab clock", () => {
  let clock: LabClock;
  beforeEach(() => {
    clock = labClock({ startMs: start });
  });
  afterEach(() => clock.close());

  it("starts at the given time and runs on at the speed of the real clock", async () => {
    const begun = performance.now();
    const before = clock.now();
    await new Promise((resolve) => clock.at(before + 30, () => resolve(undefined)));
    expect(before).to.be.within(start, start + 1000);
    expect(performance.now() - begun).to.be.at.least(29);
    expect(clock.now() - before).to.be.within(30, 5000);
  });

  it("runs work that falls due in order of time, awaited, with now() at its time", async () => {
    const seen: string[] = [];
    const note = (name: string) => async () => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ${(clock.now() - start) / minute}`);
    };
    clock.at(start + 3 * minute, note("third"));
    clock.at(start + minute, note("first"));
    clock.at(start + 2 * minute, note("second"));
    clock.at(start + 2 * minute, note("second again"));
    clock.at(start + 9 * minute, note("beyond"));
    await clock.advance(5 * minute);
    expect(seen).to.deep.equal(["first 1", "second 2", "second again 2", "third 3"]);
    expect(clock.now()).to.be.within(start + 5 * minute, start + 5 * minute + 2000);
  });

  it("runs what work schedules inside the window, so that an hourly job runs in each hour", async () => {
    const hours: number[] = [];
    const job = (atMs: number): void => {
      clock.at(atMs, () => {
        hours.push((clock.now() - start) / (60 * minute));
        job(atMs + 60 * minute);
      });
    };
    job(start + 60 * minute);
    await clock.advance(4.5 * 60 * minute);
    expect(hours).to.deep.equal([1, 2, 3, 4]);
  });

  it("runs work whose time has passed at once, at the present time", async () => {
    await clock.advance(minute);
    const at = await new Promise<number>((resolve) => clock.at(start, () => resolve(clock.now())));
    expect(at).to.be.at.least(start + minute);
  });

  it("runs nothing that was cancelled, and nothing after it was closed", async () => {
    const ran: string[] = [];
    clock.at(start + minute, () => void ran.push("cancelled"))();
    clock.at(start + 2 * minute, () => void ran.push("kept"));
    await clock.advance(3 * minute);
    clock.at(start + 4 * minute, () => void ran.push("closed"));
    clock.close();
    await clock.advance(3 * minute);
    expect(ran).to.deep.equal(["kept"]);
  });

  it("passes on the failure of due work to whoever moved it, and goes on running", async () => {
    clock.at(start + minute, () => Promise.reject(new Error("the job failed")));
    const failure: unknown = await clock.advance(2 * minute).catch((error: unknown) => error);
    expect(failure).to.be.an("error").with.property("message", "the job failed");
    expect(clock.now()).to.be.at.least(start + 2 * minute);
    let ran = false;
    clock.at(start + 3 * minute, () => void (ran = true));
    await clock.advance(2 * minute);
    expect(ran).to.equal(true);
  });

  it("lets two movers move one after the other", async () => {
    await Promise.all([clock.advance(minute), clock.advance(minute)]);
    expect(clock.now()).to.be.at.least(start + 2 * minute);
  });

  it("refuses to move back", async () => {
    const failure: unknown = await clock.advance(-1).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(RangeError);
  });
});
