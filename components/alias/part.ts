import { isIPv4 } from "node:net";
import type { Lookup, Part, Problem } from "../../model/part.ts";
import { otherSite, siteIds } from "../../model/site.ts";
import { AliasFacts } from "./facts.ts";
import { checkAlias, flipAlias } from "./verbs.ts";

/** A DNS name that follows the active site. */
export const alias: Part<"alias", AliasFacts> = {
  kind: "alias",
  version: 1,
  facts: AliasFacts,
  written: {
    as: "alias",
    keys: {
      "value.primary.type": "recordType.primary",
      "value.primary.value": "value.primary",
      "value.dr.type": "recordType.dr",
      "value.dr.value": "value.dr",
      "dns.update": "dns.server",
      "dns.key.name": "dns.keyName",
      "dns.key.algorithm": "dns.algorithm",
      "dns.key.secret": "dns.tsigKey",
    },
  },
  uses: () => [],
  problems: (id, facts, lookup) => {
    const values = siteIds.flatMap((site) => valueProblems(id, facts, site, lookup));
    // A server of the wrong site is the same value twice where the other site's is right.
    return [
      ...nameProblems(id, facts),
      ...(values.length === 0 && sameValue(facts) ? [same(id, facts)] : values),
    ];
  },
  plan: (id, { role }, { from, to }) => ({
    preflight: [checkAlias.step(`${id}/check`, { alias: id, from, to })],
    [role === "client" ? "flip-client-aliases" : "flip-dependency-aliases"]: [
      flipAlias.step(`${id}/flip`, { alias: id, from, to }),
    ],
  }),
  back: (id, { role }, { from, to }) => ({
    "may-go-back": [checkAlias.step(`${id}/back/check`, { alias: id, from: to, to: from })],
    [role === "client" ? "return-client-aliases" : "return-dependency-aliases"]: [
      flipAlias.step(`${id}/back/flip`, { alias: id, from: to, to: from }),
    ],
  }),
};

const hostName =
  /^(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/;

function nameProblems(id: string, { name, zone }: AliasFacts): readonly Problem[] {
  if (!hostName.test(name))
    return [
      {
        at: `alias ${id}`,
        says: `"${name}" is not a host name`,
        write: "one such as k2.corp.example, without a dot at the end",
      },
    ];
  if (!hostName.test(zone))
    return [{ at: `alias ${id}.zone`, says: `"${zone}" is not a zone`, write: "one such as corp.example" }];
  if (name.toLowerCase() === zone.toLowerCase())
    return [
      {
        at: `alias ${id}.zone`,
        says: `it is the name itself, and a zone's own name does not move`,
        write: `the zone that holds ${name}, or another name`,
      },
    ];
  if (!name.toLowerCase().endsWith(`.${zone.toLowerCase()}`))
    return [
      {
        at: `alias ${id}.zone`,
        says: `${name} is not in the zone ${zone}`,
        write: `the zone that holds it, such as "${name.split(".").slice(1).join(".")}"`,
      },
    ];
  return [];
}

function valueProblems(
  id: string,
  facts: AliasFacts,
  site: "primary" | "dr",
  lookup: Lookup,
): readonly Problem[] {
  const { type, value } = facts.value[site];
  const at = `alias ${id}.value.${site}`;
  if (type === "A" && !isIPv4(value))
    return [
      {
        at,
        says: `"${value}" is not an IPv4 address, which an A record needs`,
        write: `value: { ${site}: "10.0.0.4", … } with the server's own address, or recordType: "CNAME"`,
      },
    ];
  if (type === "CNAME" && (isIPv4(value) || !hostName.test(value)))
    return [
      {
        at,
        says: `"${value}" is not a host name, which a CNAME needs`,
        write: `a name such as k2-${site}.corp.example`,
      },
    ];
  if (type === "CNAME" && value.toLowerCase() === facts.name.toLowerCase())
    return [{ at, says: "the alias points at itself", write: "the server's own name" }];
  const owner = lookup.hosts().find((host) => host.address.toLowerCase() === value.toLowerCase());
  if (owner && owner.site !== site)
    return [
      {
        at,
        says: `${value} is ${owner.id}, a server of the site ${otherSite(site)}`,
        write: `the address of a server of the site ${site}`,
      },
    ];
  return [];
}

const sameValue = ({ value: { primary, dr } }: AliasFacts): boolean =>
  primary.value.toLowerCase() === dr.value.toLowerCase();

const same = (id: string, { value }: AliasFacts): Problem => ({
  at: `alias ${id}.value`,
  says: `both sites have ${value.dr.value}, so that a flip would change nothing`,
  write: "each site's own value",
});
