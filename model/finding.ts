/**
 * How much a finding matters. `stops`: a move would fail, stop halfway, or end wrongly. `risk`: a move would work and
 * cost more than it should, or what it needs is not certain. `note`: worth knowing, and no reason to wake anybody.
 */
export type Severity = "stops" | "risk" | "note";

/** Something that was looked at and is not as it should be. */
export interface Finding {
  /** The same for the same thing each time, so that two looks can be compared: `logins:k2-data/K2`. */
  readonly id: string;
  /** How much it matters. */
  readonly severity: Severity;
  /** What was looked at, by the name that its owner knows: `SQLDR01`, `k2-data`, `journal`. */
  readonly at: string;
  /** What was found, as a sentence without a full stop. */
  readonly says: string;
  /** What to do about it, without a full stop; a command to type where there is one. */
  readonly todo: string;
}

/** Something that was looked at and is in order. */
export interface Well {
  /** What was looked at, by the name that its owner knows. */
  readonly at: string;
  /** What was found, as a sentence without a full stop. */
  readonly says: string;
}

/** Whether something is not in order. */
export const isFinding = (seen: Finding | Well): seen is Finding => "severity" in seen;

/** A word for the state of what was looked at: `ok` where it is in order. */
export const stateOf = (seen: Finding | Well): Severity | "ok" => (isFinding(seen) ? seen.severity : "ok");

type Made = (at: string, says: string, todo: string, id?: string) => Finding;
const made =
  (severity: Severity): Made =>
  (at, says, todo, id = at) => ({ id, severity, at, says, todo });

/** A move would fail, stop halfway, or end wrongly. `id` is `at` where one thing can only be wrong in one way. */
export const stops: Made = made("stops");
/** A move would work and cost more than it should, or what it needs is not certain. */
export const risk: Made = made("risk");
/** Worth knowing. */
export const note: Made = made("note");
/** All is well. */
export const well = (at: string, says: string): Well => ({ at, says });

/**
 * A message of a step as a finding's two sentences: what was found, and what to do. Messages say first the one and then
 * the other; where they say only the one, `otherwise` is what to do.
 */
export function inTwo(message: string, otherwise: string): Pick<Finding, "says" | "todo"> {
  const text = message.trim();
  const end = /[.!?](?=\s+["'(]?[A-Z])/.exec(text);
  const says = (end ? text.slice(0, end.index) : text).replace(/\.$/, "");
  const rest = end
    ? text
        .slice(end.index + 1)
        .trim()
        .replace(/\.$/, "")
    : "";
  return { says, todo: rest === "" ? otherwise : rest };
}
