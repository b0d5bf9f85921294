import type * as z from "zod";
import { oncePer } from "./once-per.ts";
import type { Part, Parts } from "./part.ts";
import { Recovery } from "./recovery.ts";

/**
 * Facts from a journal, as this version understands them: those that an older version wrote are upgraded in memory,
 * those of a newer one are refused.
 */
export const upgraded = (recorded: unknown, parts: Parts): Recovery =>
  recorded !== null && typeof recorded === "object" ? known(parts)(recorded) : upgradedAnew(recorded, parts);

const known = oncePer((parts: Parts) => oncePer((recorded: object) => upgradedAnew(recorded, parts)));

function upgradedAnew(recorded: unknown, parts: Parts): Recovery {
  const newest = Recovery.shape.format.value;
  const { format } = (recorded ?? {}) as { readonly format?: unknown };
  if (typeof format === "number" && format > newest)
    throw new Error(
      `the facts in the journal were written by a newer version (format ${String(format)}; this one knows ${String(newest)}). ${update}`,
    );
  const read = Recovery.safeParse(recorded);
  if (!read.success)
    throw new Error(
      `the facts in the journal do not have the shape that this version knows: ${firstOf(read.error)}. ${otherVersion}`,
    );
  return { ...read.data, parts: read.data.parts.map((p) => upgradedPart(p, parts[p.kind])) };
}

function upgradedPart(
  p: Recovery["parts"][number],
  part: Part<string, unknown> | undefined,
): Recovery["parts"][number] {
  if (!part || p.version > part.version)
    throw new Error(
      `${p.id}: its facts were written by a newer version (${p.kind}, version ${String(p.version)}; this one knows ${part ? String(part.version) : "no such kind"}). ${update}`,
    );
  const read = part.facts.safeParse(
    p.version === part.version ? p.facts : part.upgrade?.(p.facts, p.version),
  );
  if (!read.success)
    throw new Error(
      `${p.id}: its facts (${p.kind}, version ${String(p.version)}) do not have the shape that this version knows: ${firstOf(read.error)}. ${otherVersion}`,
    );
  return { ...p, version: part.version, facts: read.data };
}

const update = "Update parallel-standby on this runner";
const otherVersion = "Use the version of parallel-standby that wrote them, or a newer one";

/** What does not fit, and where; one of them says enough. */
function firstOf({ issues: [first] }: z.ZodError): string {
  const at = first?.path.map(String).join(".") ?? "";
  return `${at === "" ? "" : `${at}: `}${first?.message ?? "they do not fit"}`;
}
