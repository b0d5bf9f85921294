import { CliError } from "../failure.ts";
import type { AnswerKey, Given } from "./keys.ts";
import { questions } from "./questions.ts";

/** One question at a prompt: it is asked again until `validate` gives true. */
export type Prompt = (question: {
  readonly message: string;
  readonly default?: string;
  readonly validate: (answer: string) => string | true;
}) => Promise<string>;

/** The prompt of this process; nothing where nobody can type. */
export async function promptHere(): Promise<Prompt | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const { input } = await import("@inquirer/prompts");
  return (question) => input(question);
}

/** Asks what is not answered yet, each in the light of the answers before it. Ctrl+C ends it, and nothing is written. */
export async function asked(given: Given, prompt: Prompt): Promise<Given> {
  const answers: Partial<Record<AnswerKey, string>> = {};
  try {
    for (const { key, asks, example, otherwise, wrong, arises } of questions) {
      if (!arises(answers)) continue;
      const usual = otherwise?.of(answers);
      const kept = given[key]?.trim();
      // An option may not fit what has been typed since.
      const unfit = kept === undefined ? undefined : wrong(kept, answers);
      const question = unfit === undefined ? asks : `${asks} ${JSON.stringify(kept)} will not do: ${unfit}.`;
      const answer =
        (unfit === undefined ? kept : undefined) ??
        (await prompt({
          message: usual === undefined ? `${question} Such as ${example}:` : question,
          ...(usual === undefined || usual === "" ? {} : { default: usual }),
          validate: (typed) => wrong(typed.trim(), answers) ?? true,
        }));
      answers[key] = answer.trim();
    }
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError")
      throw new CliError("stopped; nothing was written");
    throw error;
  }
  return answers;
}
