import { isHalfWritten, pendingOperations } from "../../steps/pulumi-stacks.ts";
import { count } from "../layout.ts";
import { type Finding, note, stops } from "../../model/finding.ts";

/** What to do where an engine died while it wrote the file beside a state. */
export const emptyFileTodo =
  'once no up runs: below .state delete the files whose names end with .attrs and that are empty or cut off, then "pulumi cancel" that stack; let the url in Pulumi.yaml end with ?metadata=skip, and none is written any more. Until then "parallel-standby run" drives a move';

/**
 * What stacks remember of operations that were interrupted (a killed engine, Ctrl+C twice): every later `up` warns of
 * them, at night too, and only a refresh forgets them. Nothing where there are none.
 */
export async function pendingFindings(
  stacks: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    stacks.map(async (stack): Promise<readonly Finding[]> => {
      try {
        return pendingFinding(stack, await pendingOperations(stack, signal));
      } catch (error) {
        const todo = `look with "pulumi stack export -s ${stack}"`;
        return [
          isHalfWritten(error)
            ? stops(
                `stack ${stack}`,
                "its state can't be read: a file of it is empty or cut off",
                emptyFileTodo,
              )
            : note(`stack ${stack}`, "its state can't be read", todo),
        ];
      }
    }),
  );
  return found.flat();
}

const pendingFinding = (stack: string, operations: readonly string[]): readonly Finding[] =>
  operations.length === 0
    ? []
    : [
        note(
          `stack ${stack}`,
          `remembers ${count(operations.length, "interrupted operation")}, of which every up warns: ${operations.join(", ")}`,
          `once nothing runs: pulumi refresh -s ${stack} --clear-pending-creates --yes`,
        ),
      ];
