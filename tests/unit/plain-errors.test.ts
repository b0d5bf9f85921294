import { expect } from "chai";
import { withoutTraceOfFailedSteps } from "../../stacks/plain-errors.ts";

describe("the trace of an error", () => {
  const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  afterEach(() => {
    if (before) Object.defineProperty(Error, "prepareStackTrace", before);
    else Reflect.deleteProperty(Error, "prepareStackTrace");
  });
  const failedStep = "resource move-k2/start/K2DR01/K2 Server [command:local:Command] failed to register";

  it("is left out where a step failed: its sentence stands beside it", () => {
    withoutTraceOfFailedSteps();
    expect(new Error(failedStep).stack).to.equal(`Error: ${failedStep}`);
  });

  it("stays with every other error, so that owners find their own mistakes", () => {
    const plain = (new TypeError("servers is not iterable").stack ?? "").split("\n");
    withoutTraceOfFailedSteps();
    const stack = (new TypeError("servers is not iterable").stack ?? "").split("\n");
    expect(stack[0]).to.equal(plain[0]);
    expect(stack[1]).to.match(/^ {4}at .*plain-errors\.test\.ts:\d+:\d+\)$/);
    expect(stack).to.have.length(plain.length);
  });

  it("is written as whoever wrote it before does: source maps stay", () => {
    Error.prepareStackTrace = (error: Error): string => `mapped: ${error.message}`;
    withoutTraceOfFailedSteps();
    expect(new Error("x").stack).to.equal("mapped: x");
    expect(new Error(failedStep).stack).to.equal(`Error: ${failedStep}`);
  });
});
