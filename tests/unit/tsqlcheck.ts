import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";

/** Versions that Microsoft's parser knows. */
export type TsqlVersion = "2008" | "2012" | "2014" | "2016" | "2017" | "2019";

/** All versions from the oldest that the product claims. */
export const tsqlVersions: readonly TsqlVersion[] = ["2008", "2012", "2014", "2016", "2017", "2019"];

const project = path.resolve(import.meta.dirname, "../..");
const tool = process.env["TSQLCHECK"] ?? path.resolve(project, "../shared/tools/tsqlcheck/tsqlcheck");

/** Whether the parser is on this machine. */
export const hasTsqlcheck = existsSync(tool);

/** A test of T-SQL texts: runs where the parser is, and is reported as skipped where it is not. */
export const itParses = hasTsqlcheck ? it : it.skip;

interface Answer {
  readonly errors: readonly { readonly line: number; readonly column: number; readonly message: string }[];
  readonly statements: readonly string[];
}

/** Fails unless SQL Server would accept the syntax of a batch in each version. Gives the kinds of its statements. */
export async function expectTsql(
  text: string,
  versions: readonly TsqlVersion[] = tsqlVersions,
): Promise<readonly string[]> {
  let statements: readonly string[] = [];
  for (const version of versions) {
    const answer = await parse(text, version);
    const errors = answer.errors.map((e) => `${String(e.line)}:${String(e.column)} ${e.message}`);
    expect(errors, `SQL Server ${version} refuses:\n${text}\n`).to.deep.equal([]);
    statements = answer.statements;
  }
  return statements;
}

let server: ChildProcessWithoutNullStreams | undefined;
let lastId = 0;
const waiting = new Map<number, (answer: Answer) => void>();

function parse(sql: string, version: TsqlVersion): Promise<Answer> {
  const child = (server ??= start());
  const id = ++lastId;
  // The parser holds this process only while an answer is awaited; at its end the pipe closes and the parser ends.
  hold(child, true);
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      reject(new Error(`${tool} did not answer in 10 s`));
    }, 10_000);
    waiting.set(id, (answer) => {
      clearTimeout(limit);
      if (waiting.size === 0) hold(child, false);
      resolve(answer);
    });
    child.stdin.write(`${JSON.stringify({ id, sql, version })}\n`);
  });
}

function start(): ChildProcessWithoutNullStreams {
  const child = spawn(tool, ["--serve"], { stdio: "pipe" });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line) as Answer & { readonly id: number };
    const resolve = waiting.get(answer.id);
    waiting.delete(answer.id);
    resolve?.(answer);
  });
  child.stderr.resume();
  process.once("exit", () => child.kill());
  return child;
}

function hold(child: ChildProcessWithoutNullStreams, on: boolean): void {
  const held = [child, child.stdin, child.stdout, child.stderr].filter(
    (one): one is typeof child | (typeof child.stdin & Socket) => one === child || one instanceof Socket,
  );
  for (const one of held) {
    if (on) one.ref();
    else one.unref();
  }
}
