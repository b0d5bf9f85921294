import type { Finding, Severity } from "../model/finding.ts";

/** `ready`: nothing that was looked at stands against a move; `warnings`: it would work and may cost; `not ready`: it would not. */
export const verdicts = ["ready", "warnings", "not ready"] as const;
export type Verdict = (typeof verdicts)[number];

const order: readonly Severity[] = ["stops", "risk", "note"];

/** What findings come to. Notes count for nothing. */
export const verdictOf = (findings: readonly Finding[]): Verdict =>
  findings.some((f) => f.severity === "stops")
    ? "not ready"
    : findings.some((f) => f.severity === "risk")
      ? "warnings"
      : "ready";

/** The gravest first, each once; of one that was found twice, the graver. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted(
    (a, b) =>
      order.indexOf(a.severity) - order.indexOf(b.severity) ||
      (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  const seen = new Set<string>();
  return sorted.filter((f) => !seen.has(f.id) && seen.add(f.id));
}

/** How many there are of each severity, in words: `2 stop a move, 1 risk, 3 notes`. */
export function countsText(findings: readonly Finding[]): string {
  const of = (severity: Severity): number => findings.filter((f) => f.severity === severity).length;
  const [stops, risks, notes] = order.map(of);
  const parts = [
    ...(stops ? [`${String(stops)} ${stops === 1 ? "stops" : "stop"} a move`] : []),
    ...(risks ? [`${String(risks)} ${risks === 1 ? "risk" : "risks"}`] : []),
    ...(notes ? [`${String(notes)} ${notes === 1 ? "note" : "notes"}`] : []),
  ];
  return parts.length === 0 ? "nothing found" : parts.join(", ");
}
