import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { notify } from "../../cli/notify.ts";
import { failureOf } from "./cli-fixture.ts";

const node = (script: string): [string, ...string[]] => [process.execPath, "-e", script];

describe("whoever is to be told", function () {
  this.timeout(15_000);
  it("is named in a sentence where the program cannot be started, and with its last words where it fails", async () => {
    const failed = (command: readonly [string, ...string[]]) =>
      failureOf(notify(command, "x\n", { env: {} }));
    expect((await failed(["no-such-program-here"])).message).to.match(
      /^--notify: "no-such-program-here" could not be started: .*\. Give the program itself/,
    );
    expect((await failed(node("console.error('no route'); process.exit(4)"))).message).to.match(
      /ended with 4: no route$/,
    );
  });

  it("gets what a program needs to run, what is named NOTIFY_, and nothing else of the environment", async () => {
    const env = {
      ...{ PATH: "p", Path: "p", SystemRoot: "s", LC_ALL: "C", TZ: "UTC", NOTIFY_URL: "https://x" },
      ...{ PULUMI_CONFIG_PASSPHRASE: "horse", SQL_DR: "horse", AZURE_CLIENT_SECRET: "horse", XPATH: "horse" },
    };
    const says = `console.error(Object.keys(process.env).filter((n) => ${JSON.stringify(Object.keys(env))}.includes(n)).sort().join()); process.exit(1)`;
    const { message } = await failureOf(notify(node(says), "", { env }));
    expect(message.split(": ").at(-1)).to.equal("LC_ALL,NOTIFY_URL,PATH,Path,SystemRoot,TZ");
  });

  it("is not waited for beyond its limit, though it ends by no signal that it can refuse", async () => {
    const began = performance.now();
    const deaf = node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
    const { message } = await failureOf(notify(deaf, "x", { env: {}, limitMs: 800 }));
    expect(message).to.match(/had not ended after 0\.8 s, and was ended$/);
    expect(performance.now() - began).to.be.lessThan(8_000);
  });

  it("is done when it has ended, whatever it leaves in the background with its output open", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "notify-"));
    const stays = `setInterval(() => require('fs').existsSync(${JSON.stringify(folder)}) || process.exit(), 20)`;
    const leaves = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stays)}], { stdio: 'inherit' }).unref(); process.exit(0)`;
    try {
      await notify(node(leaves), "x", { env: {}, limitMs: 20_000 });
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });
});
