import * as pulumi from "@pulumi/pulumi";
import { isParked } from "../../../model/host.ts";
import { guardInstall, type GuardedHost } from "../../../planning/guarded.ts";
import { provisioningStep, type Provisioning } from "../../provisioning.ts";
import { installGuard } from "../verbs.ts";

/** What a `Guard` is made from. */
export interface GuardArgs {
  /** Guarded servers of both sites. */
  readonly hosts: readonly GuardedHost[];
  readonly at: Provisioning;
}

/**
 * The guards of one site's servers: what keeps them from starting by themselves what the other site runs. A VM that is
 * parked gets its own once its site is active: it cannot come back by itself.
 */
export class Guard extends pulumi.ComponentResource {
  constructor(name: string, { hosts, at }: GuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("parallel-standby:index:Guard", name, {}, opts);
    for (const guarded of hosts) {
      const { host } = guarded;
      if (host.site !== at.site || (at.site !== at.active && isParked(host))) continue;
      provisioningStep(
        `${name}-${host.id}`,
        installGuard.step(`guard/install/${host.id}`, guardInstall(guarded, at.recovery)),
        at,
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
