import { PassThrough } from "node:stream";
import { input } from "@inquirer/prompts";
import { expect } from "chai";
import { asked, type Prompt } from "../../cli/init/ask.ts";
import { completed } from "../../cli/init/answers.ts";
import type { AnswerKey, Given } from "../../cli/init/keys.ts";
import { questions } from "../../cli/init/questions.ts";
import { failureOf } from "./cli-fixture.ts";

/** What somebody types at each question: lines, one after the other until one will do. No lines: only Enter. */
type Typed = Readonly<Partial<Record<AnswerKey, readonly string[]>>>;

/** The real prompt, at a keyboard that types. */
function keyboard(typed: Typed): {
  readonly prompt: Prompt;
  readonly asked: AnswerKey[];
  readonly said: string[];
  readonly messages: string[];
} {
  const order: AnswerKey[] = [];
  const said: string[] = [];
  const messages: string[] = [];
  let screen = "";
  const prompt: Prompt = (question) => {
    const key = questions.find((q) => question.message.startsWith(q.asks))?.key;
    if (key === undefined) throw new Error(`nobody knows the question ${question.message}`);
    order.push(key);
    messages.push(question.message);
    const keys = new PassThrough();
    const output = new PassThrough();
    const lines = [...(typed[key] ?? [""])];
    let refused: string | undefined;
    const type = (before = ""): void => {
      const line = lines.shift();
      if (line !== undefined) keys.write(`${before}${line}\r`);
    };
    output.on("data", (data: Buffer) => {
      screen += data.toString();
      // The line that will not do stays at the prompt: it is taken back, once the prompt listens again.
      if (refused === undefined || !screen.includes(refused)) return;
      refused = undefined;
      setImmediate(() => type("\u0015"));
    });
    setImmediate(type);
    const validate = (line: string): string | true => {
      const verdict = question.validate(line);
      if (verdict !== true) {
        screen = "";
        said.push(verdict);
        refused = verdict.slice(0, 10);
      }
      return verdict;
    };
    return input({ ...question, validate }, { input: keys, output });
  };
  return { prompt, asked: order, said, messages };
}

const needed: Typed = {
  name: ["contoso"],
  primaryPlace: ["London"],
  drPlace: ["Leeds"],
  primaryTimeZone: ["Europe/London"],
  k2Primary: ["K2PRD01=10.10.1.4"],
  k2Dr: ["K2DR01=10.20.1.4"],
  sqlPrimary: ["SQLPRD01=10.10.1.5"],
  sqlDr: ["SQLDR01=10.20.1.5"],
  sshUser: ["CORP\\svc-dr"],
};

describe("init at a prompt", () => {
  const answersTo = async (typed: Typed, given: Given = {}) => {
    const at = keyboard({ ...needed, ...typed });
    return { answers: completed(await asked(given, at.prompt)), at };
  };

  it("asks each question once, in order, and takes the default where only Enter is typed", async () => {
    const { answers, at } = await answersTo({});
    expect(at.asked).to.deep.equal(questions.filter((q) => q.arises({})).map((q) => q.key));
    expect(answers).to.deep.equal(
      completed(Object.fromEntries(Object.entries(needed).map(([key, [line]]) => [key, line]))),
    );
  });

  it("asks again, saying what is wrong and naming it, until the answer will do", async () => {
    const { answers, at } = await answersTo({
      k2Dr: ["", "K2DR01", "K2PRD01=10.20.1.4", "K2DR01=10.20.1.400", "K2DR01=10.20.1.4"],
      alias: ["k2", "k2.corp.example"],
      zone: ["other.example", "corp.example"],
      dnsServer: ["", "10.20.0.10"],
    });
    expect(answers).to.include({ k2Dr: "K2DR01=10.20.1.4", alias: "k2.corp.example", zone: "corp.example" });
    const beginnings = [
      "write NAME=ADDRESS",
      "write NAME=ADDRESS",
      "K2PRD01 is a server of production already",
      '"10.20.1.400" is no address for K2DR01',
      "write a whole name",
      "k2.corp.example is not in the zone other.example",
      "write an IPv4 address",
    ];
    expect(at.said.map((says, i) => says.slice(0, beginnings[i]?.length))).to.deep.equal(beginnings);
  });

  it("asks for the name server only where a name moves", async () => {
    const dns: readonly AnswerKey[] = ["zone", "dnsServer", "dnsPort", "tsigName", "tsigAlgorithm"];
    const { at: without } = await answersTo({});
    expect(without.asked).not.to.include.members([...dns]);
    const { at, answers } = await answersTo({
      sqlAlias: ["k2-sql.corp.example"],
      dnsServer: ["10.20.0.10"],
    });
    expect(at.asked).to.include.members([...dns]);
    expect(answers).to.include({ zone: "corp.example", tsigName: "parallel-standby" });
  });

  it("does not ask what was answered, unless that does not fit what has been typed since", async () => {
    const { at, answers } = await answersTo(
      { sqlAlias: ["k2-sql.corp.example"], zone: ["corp.example"] },
      { name: "fabrikam", dnsServer: "10.9.9.9", zone: "fabrikam.example" },
    );
    expect(at.asked).to.include("zone").and.not.include.members(["name", "dnsServer"]);
    expect(answers).to.include({ name: "fabrikam", zone: "corp.example", dnsServer: "10.9.9.9" });
    expect(at.messages.find((m) => m.includes("DNS zone"))).to.contain(
      '"fabrikam.example" will not do: k2-sql.corp.example is not in the zone fabrikam.example',
    );
  });

  it("ends with a sentence where Ctrl+C is typed", async () => {
    const stop = keyboard({ name: ["\u0003"] });
    const { message } = await failureOf(asked({}, stop.prompt));
    expect(message).to.equal("stopped; nothing was written");
  });
});
