import { situation } from "../../../journal/situation.ts";
import type { Journal } from "../../../journal/journal.ts";
import type { Estate } from "../../../model/estate.ts";
import type { SiteId } from "../../../model/site.ts";
import { provision } from "../../../stacks/provision.ts";
import { ProvisioningEnvelope } from "../../../steps/envelope.ts";
import type { World } from "../../../steps/find.ts";
import { runProvisioningStep } from "../../../steps/provisioning-runner.ts";
import { registered } from "../../../tests/unit/recorder.ts";
import { silent } from "./up.ts";

/** What provisioning does that nothing in the simulator looks at: stacks of the engine, and papers for people. */
const aside: ReadonlySet<string> = new Set(["machinery/create-stacks", "runbook/write"]);

/** What the program says is heard by nobody. */
const unheard = { info: () => Promise.resolve(), warn: () => Promise.resolve() };

/**
 * One `pulumi up` of a site's stack: the product's own program says what it wants, or refuses; then the steps run in the
 * order in which the engine gets them. Throws what the first of them throws.
 */
export async function provisionUp(
  estate: Estate,
  site: SiteId,
  world: Omit<World, "journal"> & { readonly journal: Journal },
): Promise<void> {
  const { journal } = world;
  const s = situation(await journal.entries());
  const made = await registered(() => provision(estate, site, journal, s, unheard));
  const envelopes = made.flatMap(({ inputs }) =>
    typeof inputs["stdin"] === "string" ? [ProvisioningEnvelope.parse(JSON.parse(inputs["stdin"]))] : [],
  );
  for (const envelope of envelopes)
    if (!aside.has(envelope.provision.verb)) await runProvisioningStep(envelope, world, silent);
}
