import { didYouMean } from "../../model/nearest.ts";
import { UsageError } from "../failure.ts";
import type { AnswerKey, Answers, Given } from "./keys.ts";
import { questions, type Question } from "./questions.ts";

/** The answers in a JSON file, judged only with those that stand beside it. Numbers and lists are taken as they would be typed. */
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

/** What is wrong with the answers that were given, one sentence each; `told`: how their question is called there. */
export function wrongIn(
  given: Given,
  told: (question: Question) => string = ({ flag }) => `--${flag}`,
): readonly string[] {
  const before: Partial<Record<AnswerKey, string>> = {};
  return questions.flatMap((question) => {
    const { key, wrong, arises } = question;
    const answer = given[key]?.trim();
    if (answer === undefined || !arises(given)) return [];
    const why = wrong(answer, before);
    before[key] = answer;
    return why === undefined ? [] : [`${told(question)} ${JSON.stringify(answer)}: ${why}`];
  });
}

/** The options of questions that arise, have no default and were not answered. */
export const missingIn = (given: Given): readonly string[] =>
  questions
    .filter((q) => given[q.key] === undefined && q.otherwise === undefined && q.arises(given))
    .map((q) => `--${q.flag}`);

/** All answers: what was given, else the default, else the example. What does not arise is empty. */
export function completed(given: Given): Answers {
  const all: Partial<Record<AnswerKey, string>> = {};
  for (const { key, otherwise, example, arises } of questions)
    all[key] = arises(all) ? (given[key] ?? otherwise?.of(all) ?? example).trim() : "";
  return all as Answers;
}
