import type { Declared } from "../../model/estate.ts";
import { misspeltKeys } from "../../model/nearest.ts";
import type { BySite } from "../../model/site.ts";
import type { ManualFacts } from "./facts.ts";

/** Where it is seen that the work is done: a TCP port that answers then, and not before. */
export interface ManualProbe {
  /** Name or address as the runner reaches it; by the site that becomes active where it differs. */
  readonly address: string | BySite<string>;
  /** TCP port. */
  readonly port: number;
}

/** Work that people do in a move, as its owner declares it. */
export interface ManualArgs {
  /** What is to be done, in a sentence of at most 300 characters; by the site that becomes active where it differs. */
  readonly text: string | BySite<string>;
  /** Who does it: a name or a team. */
  readonly owner: string;
  /** Where they are reached at night. */
  readonly telephone: string;
  /**
   * When: `preflight`, before anything is changed; `repair-identity`, before services start; `flip-client-aliases`, beside
   * the names that people use; `smoke-test`, after those. Default: flip-client-aliases, where load balancers, public DNS
   * and firewalls belong.
   */
  readonly phase?: ManualFacts["phase"];
  /**
   * What shows that it is done, so that nobody has to say so. An address that answers all the time shows nothing. Default:
   * none; somebody says so with `parallel-standby approve`.
   */
  readonly probe?: ManualProbe;
  /** Minutes after which it fails; `pulumi up` then waits anew. Default: 60. */
  readonly limitMin?: number;
  /** False where a move goes on without it; only beside or after the client aliases. Default: true. */
  readonly critical?: boolean;
}

/**
 * Declares work that people do in a move. `id` names its step in the journal (`lb/confirm`): the step shows what it waits
 * for, and ends when its probe answers or somebody says that it is done. Give it to a system: `manual: [lb]`.
 */
export function manualStep(id: string, args: ManualArgs): Declared<"manual"> {
  const {
    text,
    owner,
    telephone,
    phase = "flip-client-aliases",
    probe,
    limitMin = 60,
    critical = true,
  } = args;
  const facts: ManualFacts = {
    text: bothOf(text),
    owner,
    telephone,
    phase,
    ...(probe ? { probe: probeOf(probe) } : {}),
    limitSec: limitMin * 60,
    critical,
  };
  return {
    id,
    kind: "manual",
    facts,
    servers: [],
    uses: [],
    problems: [
      ...misspeltKeys(`manualStep ${id}`, args, manualKeys),
      ...(probe ? misspeltKeys(`manualStep ${id}.probe`, probe, probeKeys) : []),
    ],
  };
}

const bothOf = <T>(value: T | BySite<T>): { primary: T; dr: T } =>
  typeof value === "object" && value !== null && "dr" in value
    ? { primary: value.primary, dr: value.dr }
    : { primary: value, dr: value };

function probeOf({ address, port }: ManualProbe): NonNullable<ManualFacts["probe"]> {
  const { primary, dr } = bothOf(address);
  return { primary: { address: primary, port }, dr: { address: dr, port } };
}

const manualKeys: Readonly<Record<keyof ManualArgs, true>> = {
  text: true,
  owner: true,
  telephone: true,
  phase: true,
  probe: true,
  limitMin: true,
  critical: true,
};
const probeKeys: Readonly<Record<keyof ManualProbe, true>> = { address: true, port: true };
