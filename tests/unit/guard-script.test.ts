import { expect } from "chai";
import { readFileSync } from "node:fs";
import { guardScript, hashIn } from "../../components/windows/guard/script.ts";
import { golden } from "./guard-fixture.ts";

describe("the guard of a server", () => {
  const text = guardScript(golden);

  it("is what it was: a change of it is a change of what runs as SYSTEM on every guarded server", () => {
    const file = new URL("../recorded/guard.cmd", import.meta.url);
    expect(text).to.equal(readFileSync(file, "latin1"));
  });

  it("is ASCII with CRLF at each line, since findstr and cmd.exe read it in the code page of the server", () => {
    expect(text).to.match(/^(?:[\x20-\x7e]*\r\n)*$/);
  });

  it("calls no PowerShell, and no label or file that is not there", () => {
    expect(text).not.to.match(/powershell/i);
    const labels = new Set([...text.matchAll(/^:(\w+)/gm)].map(([, l]) => l));
    for (const [, label] of text.matchAll(/(?:goto |call :)(\w+)/g)) expect(labels).to.contain(label);
  });

  it("names itself by a hash that changes with everything in it", () => {
    expect(hashIn(text)).to.match(/^[0-9a-f]{16}$/);
    expect(hashIn(guardScript({ ...golden, leaseHours: 25 }))).not.to.equal(hashIn(text));
  });
});
