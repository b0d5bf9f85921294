import { byHand, type Hand, type HandContext } from "../../model/by-hand.ts";
import { nameOfSecret } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import { AliasFacts } from "./facts.ts";
import { aliasAnswers, checkAlias, flipAlias } from "./verbs.ts";

const factsOf = (id: string, { lookup }: HandContext): AliasFacts => AliasFacts.parse(lookup.part(id)?.facts);

/** Asks a name server itself: what a resolver remembers is of before. */
const ask = (f: AliasFacts, to: SiteId): string =>
  `nslookup -type=${f.value[to].type} ${f.name} ${f.dns.update[to].address}`;

/** What is typed for the verbs of names. */
export const hands: readonly Hand[] = [
  byHand(checkAlias, ({ alias, from, to }, c) => {
    const f = factsOf(alias, c);
    return {
      what: `${f.name} leads to ${from}, and the name server of ${to} answers`,
      commands: [{ on: "any machine of the new site", with: "cmd", type: ask(f, to) }],
      see: f.value[from].value,
    };
  }),
  byHand(flipAlias, ({ alias, from, to }, c) => {
    const f = factsOf(alias, c);
    const server = f.dns.update[to];
    const type = f.value[to].type;
    const end = (value: string): string => (type === "CNAME" ? `${value}.` : value);
    return {
      what: `Move ${f.name} from ${f.value[from].value} to ${f.value[to].value}`,
      commands: [
        {
          on: "a machine with BIND's nsupdate that reaches the name server",
          with: "nsupdate",
          type: [
            `server ${server.address} ${String(server.port)}`,
            `zone ${f.zone}`,
            `key ${f.dns.key.algorithm}:${f.dns.key.name} <the secret in ${nameOfSecret(f.dns.key.secret)}>`,
            `prereq yxrrset ${f.name}. ${f.value[from].type} ${end(f.value[from].value)}`,
            `update delete ${f.name}. ${f.value[from].type}`,
            `update add ${f.name}. ${String(f.ttlSec)} ${type} ${end(f.value[to].value)}`,
            "send",
          ].join("\n"),
        },
        { on: "any machine of the new site", with: "cmd", type: ask(f, to) },
      ],
      see: `${f.value[to].value}. Clients follow within ${String(f.ttlSec)} seconds; those that keep names longer need ipconfig /flushdns`,
      careful: `NXRRSET: it is not ${f.value[from].value} any more. Somebody has moved it: find out who before anything else`,
    };
  }),
  byHand(aliasAnswers, ({ alias, to, port }, c) => {
    const f = factsOf(alias, c);
    return {
      what: `${f.name} answers as a client finds it`,
      commands: [
        {
          on: "a client's machine",
          with: "cmd",
          type: `${ask(f, to)}\npowershell -Command "Test-NetConnection ${f.name} -Port ${String(port)}"`,
        },
      ],
      see: `${f.value[to].value}; TcpTestSucceeded : True`,
    };
  }),
];
