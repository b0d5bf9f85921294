import { parts } from "../../../components/registry/parts.ts";
import { provisions as lazy } from "../../../components/registry/provisions.ts";
import { Site } from "../../../components/site.ts";
import { Guard } from "../../../components/windows/guard/provision.ts";
import { describe } from "../../../model/describe.ts";
import type { Estate } from "../../../model/estate.ts";
import type { SiteId } from "../../../model/site.ts";
import { guardedHosts } from "../../../planning/guarded.ts";
import { ProvisioningEnvelope } from "../../../steps/envelope.ts";
import { registered } from "../../../tests/unit/recorder.ts";

/** The steps of `up` of a site's stack, in the order in which the engine gets them; but for the stacks themselves. */
export async function provisioningOf(
  estate: Estate,
  site: SiteId,
  active: SiteId,
): Promise<readonly ProvisioningEnvelope[]> {
  const recovery = describe(estate, parts);
  const kinds = [...new Set(recovery.parts.map((p) => p.kind))];
  const provisions = Object.fromEntries(
    await Promise.all(kinds.map(async (k) => [k, (await lazy[k]?.()) ?? {}] as const)),
  );
  const at = { journal: estate.journal, recovery, site, active, epoch: 0 };
  const made = await registered(() => {
    new Site(estate.name, {
      at,
      machines: () => [],
      provisions,
      uses: new Map(recovery.parts.map((p) => [p.id, parts[p.kind]?.uses(p.facts) ?? []])),
      ...(recovery.guard
        ? {
            guard: (parent, dependsOn) => [
              new Guard(
                "guard",
                { hosts: guardedHosts(recovery, parts), at },
                { parent, dependsOn: [...dependsOn] },
              ),
            ],
          }
        : {}),
      stacks: [],
      afterFacts: [],
    });
  });
  return made.flatMap(({ inputs }) => {
    if (typeof inputs["stdin"] !== "string") return [];
    const envelope = ProvisioningEnvelope.parse(JSON.parse(inputs["stdin"]));
    return envelope.provision.verb === "machinery/create-stacks" ? [] : [envelope];
  });
}
