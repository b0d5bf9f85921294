import type { Order } from "../control/orders.ts";
import type { LabSite } from "../servers/types.ts";
import type { Lab } from "./start.ts";

/** Carries out orders in a running lab; gives what to tell whoever gave one. */
export const obeyIn =
  (lab: Lab) =>
  async (order: Order): Promise<string> => {
    switch (order.kind) {
      case "clock":
        await lab.clock.advance(order.byMs);
        return `the lab's clock stands at ${time(lab)}`;
      case "fault":
        await fault(lab, order.what, order.fault);
        return `${order.what} ${order.fault}, at ${time(lab)}`;
      case "status":
        return [
          `lab time ${time(lab)}`,
          ...lab.servers.map(
            (s) =>
              `${s.name} (${s.site}): ${lab.network.isUp(s.name) ? `up${s.runs.includes("k2") ? `, K2 Server ${lab.serviceAt(s.name, "K2 Server")}` : ""}` : (lab.azure?.azure.vmPower(s.name) ?? "without power")}`,
          ),
        ].join("\n");
    }
  };

async function fault(
  lab: Lab,
  what: string,
  name: Extract<Order, { kind: "fault" }>["fault"],
): Promise<void> {
  const { network } = lab;
  const site = (["primary", "dr"] as const).find((s) => s === what);
  const acts: Record<typeof name, ((site: LabSite) => unknown) | undefined> = site
    ? {
        down: (s) => network.siteDown(s),
        up: (s) => network.siteUp(s),
        cut: (s) => network.siteCut(s),
        joined: (s) => network.siteJoined(s),
        stalls: undefined,
        answers: undefined,
      }
    : {
        down: () => network.hostDown(what),
        up: () => network.hostUp(what),
        cut: undefined,
        joined: undefined,
        stalls: () => network.hostStalls(what),
        answers: () => network.hostAnswers(what),
      };
  const act = acts[name];
  if (!act)
    throw new Error(
      `${name} is for ${site ? "a server" : "a site"}, and ${what} is ${site ? "a site" : "a server"}`,
    );
  await act(site ?? "primary");
}

/** The lab's time as `declare --disaster-at` takes it. */
const time = (lab: Lab): string => `${new Date(lab.clock.now()).toISOString().slice(0, 19)}+00:00`;
