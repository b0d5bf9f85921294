import * as z from "zod";
import type { Some } from "./estate.ts";
import { misspeltKeys } from "./nearest.ts";
import type { Problem } from "./part.ts";

/** What a move must not do before somebody has approved it. */
export const Approvals = z.strictObject({
  /** `open`: before its databases are opened, which is the point of no return; `clients`: before people are let in. */
  before: z.array(z.enum(["open", "clients"])).nonempty(),
  /** How long an approval is waited for, before the step fails. Seconds. */
  limitSec: z
    .int({ error: "it is no whole number of minutes. Write one, such as 120" })
    .min(60, { error: "it is less than a minute. Write at least 1" })
    .max(24 * 3600, { error: "it is longer than a day. Write at most 1440" }),
  /** Whoever declared the move does not approve it. Names are what people write: nothing proves them. */
  secondPerson: z.boolean(),
});
export type Approvals = z.infer<typeof Approvals>;
/** What may have to be approved. */
export type Approved = Approvals["before"][number];

/** What somebody has to approve while a move runs, with `parallel-standby approve`, as an owner writes it. */
export interface ApprovalsInput {
  /** `open`: before databases are opened, the point of no return; `clients`: before people are let in. */
  readonly before: Some<Approved>;
  /** Minutes after which the step fails; `pulumi up` then asks anew. Default: 120. */
  readonly limitMin?: number;
  /** Whoever declared the move does not approve it. Names are what people write: nothing proves them. Default: false. */
  readonly secondPerson?: boolean;
}

/** The facts of approvals as a system's owner writes them: in full, or only what they stand before. */
export function approvalsFrom(input: ApprovalsInput | ApprovalsInput["before"]): Approvals {
  const { before, limitMin = 120, secondPerson = false } = "before" in input ? input : { before: input };
  return { before: [...before], limitSec: limitMin * 60, secondPerson };
}

/** Keys of approvals that were misspelt. `at` names the system's key: `k2 k2.approve`. */
export const approvalProblems = (
  at: string,
  input: ApprovalsInput | ApprovalsInput["before"] | undefined,
): readonly Problem[] =>
  input && "before" in input
    ? misspeltKeys(at, input, { before: true, limitMin: true, secondPerson: true })
    : [];
