import { projectRoot } from "../journal/project-root.ts";
import type { Request } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { nameOfSecret, secretsIn, type SecretRef } from "../model/secret.ts";
import { accepting } from "../steps/accepting.ts";
import { Refused } from "../steps/act.ts";
import { loadSecrets, resolveSecret } from "../steps/secrets.ts";
import { siteText } from "../model/site-text.ts";

/** A secret that cannot be had here. */
interface Missing {
  readonly ref: SecretRef;
  /** The servers, parts and observers that need it. */
  readonly of: readonly string[];
  readonly why: string;
  /** Whether servers of the old site and observers alone need it. */
  readonly mayLack: boolean;
  /** Whether observers alone need it. */
  readonly isForObservers: boolean;
}

/**
 * Refuses a move from a shell that lacks a secret of its servers, parts and observers: a declaration would be used up
 * and steps fail, some of them half-way. In an unplanned move what servers of the old site alone need may be missing,
 * as long as none of them accepts a connection: one that lives must be looked at and fenced. So may what an observer needs:
 * a disaster is gone on from without it. Gives the sentence that says so. What makes a machine (its administrator's
 * password) no move needs.
 */
export async function refuseMissingSecrets(
  recovery: Recovery,
  { from, mode, modes = {} }: Request,
): Promise<string | undefined> {
  const missing = await missingOf(recovery, from);
  if (missing.length === 0) return undefined;
  const isUnplanned = [mode, ...Object.values(modes)].every((m) => m === "unplanned");
  const lackable = isUnplanned ? missing.filter((m) => m.mayLack) : [];
  const needing = new Set(lackable.flatMap((m) => m.of));
  const alive = await accepting(recovery.hosts.filter((h) => h.site === from && needing.has(h.id)));
  const left = lackable.filter((m) => !m.of.some((host) => alive.some((h) => h.id === host)));
  const refused = missing.filter((m) => !left.includes(m));
  if (refused.length > 0)
    throw new Refused(missingText("secrets are missing, and nothing was done", refused));
  const servers = left.every((m) => m.isForObservers)
    ? ": an observer without its secret is not asked"
    : ` and none of the servers of ${siteText(from, recovery)} among them answers; if one comes back, it cannot be fenced from this shell`;
  return `${named(left)}: missing here. The move goes on without, since it is unplanned${servers}`;
}

/**
 * Why nothing can be looked at from a shell that lacks secrets, each with who needs it; undefined where it has all. Of one
 * that only observers need the look at them tells.
 */
export async function lacksSecrets(recovery: Recovery, from: Request["from"]): Promise<string | undefined> {
  const missing = (await missingOf(recovery, from)).filter((m) => !m.isForObservers);
  return missing.length === 0 ? undefined : missingText("secrets are missing", missing);
}

async function missingOf(recovery: Recovery, from: Request["from"]): Promise<readonly Missing[]> {
  const { hosts, parts, observers = [] } = recovery;
  const owners = [
    ...hosts.map(({ id, site, ssh, sql }) => ({
      id,
      of: site === from ? "old site" : "move",
      refs: secretsIn([ssh, sql]),
    })),
    ...parts.map(({ id, facts }) => ({ id, of: "move", refs: secretsIn(facts) })),
    ...observers.map((o) => ({ id: o.id, of: "observer", refs: secretsIn(o) })),
  ];
  const refs = secretsIn(owners.map((o) => o.refs));
  const found = await Promise.all(
    refs.map(async (ref): Promise<readonly Missing[]> => {
      try {
        await resolveSecret(ref, projectRoot());
        return [];
      } catch (error) {
        const key = JSON.stringify(ref);
        const needing = owners.filter((o) => o.refs.some((r) => JSON.stringify(r) === key));
        return [
          {
            ref,
            of: needing.map((o) => o.id),
            why: error instanceof Error ? error.message : String(error),
            mayLack: needing.every((o) => o.of !== "move"),
            isForObservers: needing.every((o) => o.of === "observer"),
          },
        ];
      }
    }),
  );
  return found.flat();
}

const named = (missing: readonly Missing[]): string =>
  missing.map(({ ref, of }) => `${nameOfSecret(ref)} (${of.join(", ")})`).join(", ");

function missingText(what: string, missing: readonly Missing[]): string {
  // Of a variable its name says it all; what is wrong with a file or a vault its own sentence says.
  const others = missing.filter(({ ref }) => !("env" in ref)).map((m) => m.why.replace(/\.$/, ""));
  const load = missing.some(({ ref }) => "env" in ref) ? [`In this shell ${loadSecrets}`] : [];
  return [`${what}: ${named(missing)}`, ...load, ...others].join(". ");
}
