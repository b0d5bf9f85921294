import * as z from "zod";

/**
 * Steps whose failure an owner may let pass, by the word an owner writes. `health`: what a system is asked beyond that
 * it answers, such as errors in its log. `smoke-test`: what is asked as a client would, once people are let in. Nothing
 * else may be: a safety edge leads on from every other step, or people would work on what was not verified. First
 * backups (`protect`) never stop a cutover anyway: they are owed.
 */
export const OptionalStep = z.enum(["health", "smoke-test"]);
/** What an owner may let fail. */
export type OptionalStep = z.infer<typeof OptionalStep>;
