import { runs, type Found, type Io, type RunModule } from "../../steps/act.ts";
import { poll } from "../../steps/poll.ts";
import {
  DnsRefused,
  isOtherValue,
  lookUp,
  Unreachable,
  update,
  type Change,
  type RecordSet,
  type TsigKey,
} from "../../steps/transports/dns.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { nameOfSecret } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import { AliasFacts, type AliasValue, type NameServer } from "./facts.ts";
import { decide, holds, placeOf, seenSays, witnessesOf, type Witness, missingSays } from "./judge.ts";
import { aliasAnswers, checkAlias, createAlias, flipAlias, keyAccepted } from "./verbs.ts";

/** Seconds for the servers of a site to agree after a flip: a zone transfer after NOTIFY takes a few. */
const agreeLimitSec = 120;

export { signs } from "./signs.ts";
export { looks } from "./looks.ts";

/** The code behind the verbs of aliases. */
export const runnables: RunModule["runnables"] = [
  runs(createAlias, {
    check: async ({ facts, site }, io) => {
      const seen = await lookUp(facts.dns.update[site], facts.name, io.signal);
      const strange = seen && !holds(seen, facts.value.primary) && !holds(seen, facts.value.dr);
      return {
        there: seen !== undefined,
        says: `${facts.name} is ${seenSays(seen)}${strange ? ", which is neither site's value; nothing was changed" : ""}`,
        expected: "there, with any value",
      };
    },
    act: async ({ facts, active, site }, io) => {
      const change: Change = {
        name: facts.name,
        expect: "nothing",
        set: { ...facts.value[active], ttlSec: facts.ttlSec },
      };
      try {
        await update(facts.dns.update[site], facts.zone, [change], await keyOf(facts, io), io.signal);
      } catch (error) {
        // Somebody else created it in between: that one stays.
        if (!isOtherValue(error)) throw error;
      }
    },
  }),
  runs(flipAlias, {
    check: ({ alias, to }, io) => agreement(factsOf(alias, io), to, io),
    act: async ({ alias, from, to }, io) => {
      const facts = factsOf(alias, io);
      await flip(facts, from, to, io);
      await poll(
        () => agreement(facts, to, io),
        ({ there }) => there,
        { signal: io.signal, limitSec: agreeLimitSec },
      );
    },
  }),
  runs(checkAlias, {
    check: async ({ alias, from, to }, io) => {
      const facts = factsOf(alias, io);
      const server = facts.dns.update[to];
      const seen = await lookUp(server, facts.name, io.signal);
      if (!seen) throw new Error(missingSays(facts, from, to));
      const decision = decide(facts, seen, from, to);
      if (typeof decision === "object") throw new Error(`${decision.refused}.`);
      await tryKey(facts, server, seen, io);
      await Promise.all(witnessesOf(facts, to).map((witness) => ask(facts.name, witness, io, "must")));
      return {
        there: true,
        says: `${facts.name} is ${seenSays(seen)}, and the key ${facts.dns.key.name} is accepted${lateSays(facts, seen)}`,
        expected: `${facts.value[from].value}, and an accepted key`,
      };
    },
  }),
  runs(keyAccepted, {
    check: async ({ facts, site }, io) => {
      const server = facts.dns.update[site];
      const seen = await lookUp(server, facts.name, io.signal);
      if (!seen)
        throw new Error(
          `${facts.name} does not exist on ${placeOf(server)}. Run "pulumi up" again, which creates it.`,
        );
      await tryKey(facts, server, seen, io);
      return {
        there: true,
        says: `${placeOf(server)} accepts the key ${facts.dns.key.name} for ${facts.name}${lateSays(facts, seen)}`,
        expected: "an accepted key",
      };
    },
  }),
  runs(aliasAnswers, {
    check: async ({ alias, to, port }, io) => {
      const facts = factsOf(alias, io);
      const seen = await lookUp(facts.dns.update[to], facts.name, io.signal);
      const value = seen?.values[0];
      const answers = value !== undefined && (await portAnswers(value, port, { signal: io.signal }));
      return {
        there: answers && holds(seen, facts.value[to]),
        says: `${facts.name} is ${seenSays(seen)}, where port ${String(port)} ${answers ? "answers" : "does not answer"}`,
        expected: `${facts.value[to].value}, where port ${String(port)} answers`,
      };
    },
  }),
];

/** What is there replaces itself: nothing changes, but a key without the right to the name is refused now. */
async function tryKey(facts: AliasFacts, server: NameServer, seen: RecordSet, io: Io): Promise<void> {
  const { type, values, ttlSec } = seen;
  const change: Change = {
    name: facts.name,
    expect: { type, values },
    set: { type, value: values[0] ?? "", ttlSec },
  };
  await update(server, facts.zone, [change], await keyOf(facts, io), io.signal);
}

const lateSays = (facts: AliasFacts, { ttlSec }: RecordSet): string =>
  ttlSec > facts.ttlSec
    ? `; its TTL there is ${String(ttlSec)} s, so clients may follow only after that time. Lower it there to ${String(facts.ttlSec)}`
    : "";

/** What each name server of an alias holds. A silent one is named with its reason. */
export async function observe(raw: unknown, io: Io): Promise<AliasSeen> {
  const facts = AliasFacts.parse(raw);
  const servers = new Map(
    [facts.dns.update.primary, facts.dns.update.dr, ...facts.dns.also].map((s) => [
      `${s.address}:${String(s.port)}`,
      s,
    ]),
  );
  const answers = await Promise.all(
    [...servers].map(async ([server, at]) => {
      try {
        const seen = await lookUp(at, facts.name, io.signal);
        return { server, ...(seen ? { seen } : {}) };
      } catch (error) {
        return { server, problem: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return { name: facts.name, answers };
}

/** What `observe` gives. */
export interface AliasSeen {
  readonly name: string;
  readonly answers: readonly {
    readonly server: string;
    /** Absent where the name does not exist there or the server did not answer. */
    readonly seen?: RecordSet;
    readonly problem?: string;
  }[];
}

async function flip(facts: AliasFacts, from: SiteId, to: SiteId, io: Io): Promise<void> {
  const server = facts.dns.update[to];
  const decision = decide(facts, await lookUp(server, facts.name, io.signal), from, to);
  if (typeof decision === "object") throw new Error(`${decision.refused}.`);
  if (decision === "already") return;
  const [old, next] = [facts.value[from], facts.value[to]];
  io.say(`${facts.name}: ${old.value} becomes ${next.value}`);
  const key = await keyOf(facts, io);
  await io.mayStillAct();
  try {
    await update(server, facts.zone, [swap(facts, old, next)], key, io.signal);
  } catch (error) {
    if (!isOtherValue(error)) throw error;
    // It changed between the look and the update: only if somebody set it to the new value is it right.
    const now = await lookUp(server, facts.name, io.signal);
    if (holds(now, next)) return;
    const again = decide(facts, now, from, to);
    throw typeof again === "object" ? new Error(`${again.refused}.`) : error;
  }
}

const swap = (facts: AliasFacts, old: AliasValue, next: AliasValue): Change => ({
  name: facts.name,
  expect: { type: old.type, values: [old.value] },
  set: { ...next, ttlSec: facts.ttlSec },
});

/** Whether all servers that count give the new site's value. */
async function agreement(facts: AliasFacts, to: SiteId, io: Io): Promise<Found> {
  const expected = facts.value[to];
  const found = await Promise.all(witnessesOf(facts, to).map((witness) => ask(facts.name, witness, io)));
  const wrong = found.filter(({ answered, witness, seen }) =>
    answered ? !holds(seen, expected) : witness.mustAnswer,
  );
  const sentence =
    wrong.length === 0
      ? `${facts.name} is ${expected.value} on ${found.map(({ witness }) => placeOf(witness)).join(", ")}`
      : wrong
          .map(({ answered, witness, seen }) =>
            answered
              ? `${facts.name} is ${seenSays(seen)} on ${placeOf(witness)}`
              : `${placeOf(witness)} does not answer`,
          )
          .join("; ");
  return { there: wrong.length === 0, says: sentence, expected: `${expected.value} everywhere` };
}

async function ask(name: string, witness: Witness, io: Io, silence: "may" | "must" = "may") {
  try {
    return { witness, answered: true, seen: await lookUp(witness, name, io.signal) };
  } catch (error) {
    const silent = error instanceof Unreachable || error instanceof DnsRefused;
    if (!silent || (silence === "must" && witness.mustAnswer)) throw error;
    return { witness, answered: false, seen: undefined };
  }
}

function factsOf(alias: string, io: Io): AliasFacts {
  const part = io.lookup.part(alias);
  if (part?.kind !== "alias")
    throw new Error(`the facts know no alias ${alias}. Run "pulumi up -s standby" so that they do.`);
  return AliasFacts.parse(part.facts);
}

async function keyOf({ dns: { key } }: AliasFacts, io: Io): Promise<TsigKey> {
  const secret = (await io.secret(key.secret)).trim();
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(secret))
    throw new Error(
      `The TSIG key ${key.name} in ${nameOfSecret(key.secret)} is not base64. Put it there as tsig-keygen prints it.`,
    );
  return { name: key.name, algorithm: key.algorithm, secret };
}
