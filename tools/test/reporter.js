import Mocha from "mocha";

const { Base, Spec } = Mocha.reporters;

/** The spec reporter, and at its very end the plain line that tools read: `N passed, N failed, N skipped`. */
export default class Summary extends Spec {
  constructor(runner, options) {
    super(runner, options);
    const slow = [];
    runner.on("pass", (test) => {
      if ((test.duration ?? 0) > 5000)
        slow.push(`${((test.duration ?? 0) / 1000).toFixed(1)} s  ${test.fullTitle()}`);
    });
    runner.once("end", () => {
      if (slow.length > 0) Base.consoleLog(`  slowest tests\n${slow.map((s) => `    ${s}`).join("\n")}\n`);
      const { passes, failures, pending } = this.stats;
      Base.consoleLog(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
}
