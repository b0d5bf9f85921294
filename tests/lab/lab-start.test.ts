import { expect } from "chai";
import { execa } from "execa";
import { join } from "node:path";

/** What it costs at the most to start a lab with two systems, on a machine with two cores. */
const limit = { sec: 3, mb: 300 };

describe("the lab", function () {
  this.timeout(60_000);
  // Somebody else may need the machine at this moment.
  this.retries(2);

  it("starts both sites in less than three seconds and 300 MB, and ends by itself once it is closed", async () => {
    const ran = await execa(process.execPath, [join(import.meta.dirname, "lab-start.ts")], {
      timeout: 15_000,
      stdin: "ignore",
    });
    const took = JSON.parse(ran.stdout) as { readonly startedMs: number; readonly peakMb: number };
    expect(took.startedMs / 1000).to.be.within(0.05, limit.sec);
    expect(took.peakMb).to.be.within(20, limit.mb);
  });
});
