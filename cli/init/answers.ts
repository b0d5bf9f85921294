import { didYouMean } from "../../model/nearest.ts";
import { UsageError } from "../failure.ts";
import { listOf, questions, type AnswerKey, type Answers } from "./questions.ts";

type Given = Readonly<Partial<Record<AnswerKey, string>>>;

/** The answers in a JSON file. Numbers and lists are taken as they would be typed. */
export function answersIn(json: string, file: string): Given {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new UsageError(`--answers ${file} is not JSON`);
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed))
    throw new UsageError(`--answers ${file} holds no object. Write {"name": "contoso", …}`);
  const keys = questions.map((q) => q.key);
  const wrong: string[] = [];
  const given: Partial<Record<AnswerKey, string>> = {};
  for (const [name, value] of Object.entries(parsed)) {
    const key = keys.find((k) => k === name);
    const answer = textOf(value);
    if (key === undefined)
      wrong.push(`"${name}" is no question.${didYouMean(name, keys)} The keys are ${keys.join(", ")}`);
    else if (answer === undefined) wrong.push(`"${name}" must be a text, a number, or a list of texts`);
    else given[key] = answer;
  }
  if (wrong.length > 0) throw new UsageError(wrong.map((w) => `--answers ${file}: ${w}`).join("\n"));
  return given;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string"
    ? value
    : typeof value === "number"
      ? String(value)
      : Array.isArray(value) && value.every((v) => typeof v === "string")
        ? value.join(", ")
        : undefined;

/** What is wrong with the answers that were given, one sentence each. */
export const wrongIn = (given: Given): readonly string[] => [
  ...questions.flatMap(({ key, flag, wrong }) => {
    const answer = given[key]?.trim();
    const why = answer === undefined ? undefined : wrong(answer);
    return why === undefined ? [] : [`--${flag} ${JSON.stringify(answer)}: ${why}`];
  }),
  ...repeatedServers(given),
  ...(given.alias !== undefined && given.alias !== "" && given.dnsServer === ""
    ? ["--dns-server is missing: the name server that takes updates of the alias"]
    : []),
];

/** A server's name is its id: each may be given once. */
function repeatedServers({ k2Primary, k2Dr, sqlPrimary, sqlDr }: Given): readonly string[] {
  const names = [k2Primary, k2Dr, sqlPrimary, sqlDr]
    .flatMap((answer) => listOf(answer ?? ""))
    .map((one) => one.split("=")[0]?.toUpperCase() ?? "");
  const twice = [...new Set(names.filter((name, i) => name !== "" && names.indexOf(name) !== i))];
  return twice.map(
    (name) => `server ${name} is named twice: each computer name stands for one server in the estate`,
  );
}

/** All answers, examples where none was given. */
export const completed = (given: Given): Answers =>
  Object.fromEntries(
    questions.map(({ key, example }) => [key, (given[key] ?? example).trim()]),
  ) as unknown as Answers;
