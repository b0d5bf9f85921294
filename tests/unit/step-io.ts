import type { JournalReader } from "../../journal/journal.ts";
import type { Host } from "../../model/host.ts";
import { lookupOf, type RecoveryPart } from "../../model/recovery.ts";
import { nameOfSecret, type SecretRef } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import type { Bound, Found, Io, RunModule } from "../../steps/act.ts";

/** What a step of a test sees of the world. */
export interface StepWorld {
  readonly hosts?: readonly Host[];
  readonly parts?: readonly RecoveryPart[];
  /** By the name of the environment variable that a reference names. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly to?: SiteId;
  readonly activation?: NonNullable<Io["activation"]>;
}

/** An `Io` without a journal, and what a test may do to it. */
export interface StepBench {
  readonly io: Io;
  readonly said: string[];
  /** The step's time is over. */
  abort(): void;
  /** The step ends: everything that it opened is closed. */
  end(): Promise<void>;
}

/** An `Io` over a small world of hosts, parts and secrets. */
export function stepBench({
  hosts = [],
  parts = [],
  secrets = {},
  to = "dr",
  activation,
}: StepWorld): StepBench {
  const lookup = lookupOf({ hosts: [...hosts], parts: [...parts] });
  const said: string[] = [];
  const closers: (() => Promise<void> | void)[] = [];
  const over = new AbortController();
  const host = (id: string): Host => {
    const found = lookup.host(id);
    if (!found) throw new Error(`the test has no host ${id}`);
    return found;
  };
  const secret = (ref: SecretRef): Promise<string> => {
    const value = "env" in ref ? secrets[ref.env] : undefined;
    return value === undefined
      ? Promise.reject(new Error(`the test has no ${nameOfSecret(ref)}`))
      : Promise.resolve(value);
  };
  return {
    io: {
      lookup,
      host,
      secret,
      say: (line) => void said.push(line),
      signal: over.signal,
      point: () => Promise.reject(new Error("the test has chosen no point")),
      mayStillAct: () => Promise.resolve(),
      waits: () => Promise.reject(new Error("the test asks nobody")),
      to,
      journal: {} as JournalReader,
      keep: "",
      ...(activation ? { activation } : {}),
      onEnd: (close) => void closers.push(close),
    },
    said,
    abort: () => {
      over.abort();
    },
    end: async () => {
      for (const close of closers.reverse()) await close();
    },
  };
}

/** The code behind a verb with its arguments. */
export function bound({ runnables }: Pick<RunModule, "runnables">, verb: string, args: unknown): Bound {
  const found = runnables.find(({ name }) => name === verb);
  if (!found) throw new Error(`no runnable is named ${verb}`);
  return found.bind(args);
}

/** Check, act, check, as the runner does it: what was found at the end, and whether it acted. */
export async function run(step: Bound, io: Io): Promise<Found & { readonly acted: boolean }> {
  const before = await step.check(io);
  if (before.there || !step.act) return { ...before, acted: false };
  await step.act(io);
  return { ...(await step.check(io)), acted: true };
}

/** The error that a promise is rejected with. */
export async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("expected a failure, but it succeeded");
}
