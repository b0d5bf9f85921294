import { inOrder, type Draft } from "../../model/verb.ts";
import { isParked } from "../../model/host.ts";
import type { Lookup, Part, Request } from "../../model/part.ts";
import { siteIds, type SiteId } from "../../model/site.ts";
import { deallocateDrafts, isVm, startHostDrafts } from "../windows/drafts.ts";
import { serviceExists, startService, stopService, waitPort } from "../windows/verbs.ts";
import { clientAnswers } from "./clients.ts";
import {
  captureDraft,
  captureRestoredDraft,
  keptOf,
  keyedDatabases,
  keysOf,
  masterKeyDraft,
  sqlHosts,
  sqlOf,
} from "./drafts.ts";
import { K2Facts } from "./facts.ts";
import { problems } from "./problems.ts";
import {
  healthy,
  noOtherServices,
  protectMasterKey,
  reapplyLicences,
  rowsCaptured,
  secretResolves,
} from "./verbs.ts";

/**
 * K2 blackpearl, K2 Five or Nintex Automation K2: a farm that runs at one site at a time, since every K2 server that
 * runs works on workflows (Nintex, "Disaster Recovery").
 */
export const k2: Part<"k2", K2Facts> = {
  kind: "k2",
  version: 1,
  facts: K2Facts,
  written: { as: "k2", keys: { "approve.limitSec": "approve.limitMin" } },
  uses: (f) => [...f.data.map((d) => d.id), ...f.aliases, ...(f.manual ?? [])],
  approvals: (f) => f.approve,
  guards: (_id, f) =>
    siteIds.flatMap((site) =>
      f.servers[site].flatMap((host) =>
        f.services.map((service) => ({ host, service, exclusive: true, startType: f.startType })),
      ),
    ),
  problems,
  probes: (id, f, site) => f.servers[site].flatMap((host) => serviceProbes(id, f, host)),
  plan: (id, f, request, lookup) => ({
    preflight: preflight(id, f, request, lookup),
    "fence-apps": fenced(id, f, request.from),
    "fence-site": deallocateDrafts(id, parkable(f, request.from, lookup), lookup),
    "start-hosts": startHosts(id, f, request.to, lookup),
    "repair-identity": repairIdentity(id, f, request),
    "start-services": startServices(id, asGuarded(f, lookup), request.to),
    "verify-services": verifyServices(id, f, request.to),
    "smoke-test": clientAnswers(id, f, request.to, lookup),
  }),
  inverse: (id, f, { from }, lookup) => ({
    "restart-hosts": startHostDrafts(id, parkable(f, from, lookup), lookup).map((draft) => ({
      ...draft,
      id: `${draft.id}-again`,
    })),
    "restart-services": startServices(`${id}/again`, asGuarded(f, lookup), from),
    "verify-again": verifyServices(`${id}/again`, f, from),
  }),
  back: (id, f, { from, to }, lookup) => ({
    // A VM that was deallocated is started first, and looked at then.
    "may-go-back": f.servers[from]
      .filter((host) => !parkable(f, from, lookup).includes(host))
      .flatMap((host) => serviceProbes(`${id}/back`, f, host)),
    "stop-target": f.servers[to].flatMap((host) => stoppedOn(id, f, host, "back/stop")),
    // Started by itself while its names led to the target, it has found no licence there, and looks for none again.
    reopen: f.servers[from].flatMap((host) => stoppedOn(id, f, host, "back/stop-old")),
  }),
};

/** Where a guard starts services, Windows must not. */
const asGuarded = (f: K2Facts, lookup: Lookup): K2Facts =>
  lookup.isGuarded ? { ...f, startType: "manual" } : f;

/** Everything that could stop the cutover later, and can be seen before anything is changed. */
function preflight(id: string, f: K2Facts, { from, to, mode }: Request, lookup: Lookup): readonly Draft[] {
  const kept = keptOf(f, to);
  const { password } = f.masterKey;
  return [
    // A VM may be parked, or off: it is looked at once it runs.
    ...f.servers[to].filter((host) => !isVm(lookup.host(host))).flatMap((host) => serviceProbes(id, f, host)),
    ...(kept ? [rowsCaptured.step(`${id}/rows-captured`, { ...kept, keepOn: [...sqlHosts(f, [to])] })] : []),
    ...(mode === "planned"
      ? [
          // What cannot be stopped and disabled there can't be fenced, and what nobody has named is not.
          ...f.servers[from].flatMap((host) => serviceProbes(id, f, host)),
          masterKeyDraft(id, f, from),
          ...(f.licence?.namesHosts === false ? captureDraft(id, f, from, from) : []),
        ]
      : password
        ? [secretResolves.step(`${id}/password-resolves`, { secret: password })]
        : []),
  ];
}

/** On a host the services are there and may be changed, and no others of K2 are. */
export const serviceProbes = (id: string, f: K2Facts, host: string): readonly Draft[] =>
  oneAfterOther([
    ...f.services.map((service) =>
      serviceExists.step(`${id}/service-exists/${host}/${service}`, { host, service }),
    ),
    noOtherServices.step(`${id}/no-other-services/${host}`, {
      host,
      services: [...f.services, ...f.otherServices],
    }),
  ]);

/** All services of a host stopped and disabled, in reverse order. `what` names the steps. */
export const stoppedOn = (id: string, f: K2Facts, host: string, what: string): readonly Draft[] =>
  inOrder(f.services.toReversed(), (service, needs) =>
    stopService.step(
      `${id}/${what}/${host}/${service}`,
      { host, service, disable: true, waitSec: f.stopSec },
      { needs, timeoutSec: f.stopSec + 60 },
    ),
  );

/** At the old site: once its services are stopped and disabled, a host writes nothing any more. */
const fenced = (id: string, f: K2Facts, site: SiteId): readonly Draft[] =>
  f.servers[site].flatMap((host) =>
    oneAfterOther(stoppedOn(id, f, host, "stop").map((draft) => ({ ...draft, fences: host }))),
  );

/** Hosts that are switched off with K2; one that also receives logs while its site is passive is its data's affair. */
const parkable = (f: K2Facts, site: SiteId, lookup: Lookup): readonly string[] =>
  f.servers[site].filter((id) => {
    const host = lookup.host(id);
    return host !== undefined && isParked(host);
  });

/** Hosts that run, and services that do not: an image or a reboot may have enabled them. */
const startHosts = (id: string, f: K2Facts, site: SiteId, lookup: Lookup): readonly Draft[] =>
  f.servers[site].flatMap((host) => {
    const vm = startHostDrafts(id, [host], lookup);
    const probes = vm.length > 0 ? serviceProbes(id, f, host) : [];
    const off = stoppedOn(id, f, host, "keep-off");
    return oneAfterOther([...vm, ...off, ...probes]);
  });

/** The same drafts, each after the one before it. */
function oneAfterOther(drafts: readonly Draft[]): readonly Draft[] {
  const made: Draft[] = [];
  for (const draft of drafts) made.push({ ...draft, needs: made.slice(-1) });
  return made;
}

/** What production's databases lack at another site before K2 can start on them. */
function repairIdentity(id: string, f: K2Facts, { from, to }: Request): readonly Draft[] {
  const kept = keptOf(f, to);
  const { password } = f.masterKey;
  const saved = captureRestoredDraft(id, f, from);
  return [
    ...(password
      ? [
          protectMasterKey.step(`${id}/master-key`, {
            on: keyedDatabases(f, to),
            password,
            keys: keysOf(f),
          }),
        ]
      : []),
    ...saved,
    ...(kept && f.licence
      ? [
          reapplyLicences.step(
            `${id}/licences`,
            {
              ...kept,
              sql: sqlOf(f, f.licence.server.database, to),
              tables: { server: f.licence.server, licenceKey: f.licence.licenceKey },
              keepOn: [...sqlHosts(f, [to])],
              removeOthers: f.licence.otherRows === "remove",
            },
            { needs: saved },
          ),
        ]
      : []),
  ];
}

const startStep = (id: string, host: string, service: string): string => `${id}/start/${host}/${service}`;

const started = (id: string, f: K2Facts, host: string, first: readonly Draft[]): readonly Draft[] => {
  const drafts: Draft[] = [];
  for (const service of f.services)
    drafts.push(
      startService.step(
        startStep(id, host, service),
        { host, service, startType: f.startType, waitSec: f.startSec },
        { needs: drafts.length > 0 ? drafts.slice(-1) : first, timeoutSec: f.startSec + 60 },
      ),
    );
  return drafts;
};

/** The first node of a farm alone until it answers, then the others side by side. */
function startServices(id: string, f: K2Facts, site: SiteId): readonly Draft[] {
  const [first, ...others] = f.servers[site];
  if (first === undefined) return [];
  const begun = started(id, f, first, []);
  if (others.length === 0) return begun;
  const answers = waitPort.step(
    `${id}/first-answers/${first}`,
    { host: first, port: f.port },
    { needs: begun.slice(-1) },
  );
  return [...begun, answers, ...others.flatMap((host) => started(id, f, host, [answers]))];
}

/** Running is not ready: K2 listens some seconds after its service reports that it runs. */
const verifyServices = (id: string, f: K2Facts, site: SiteId): readonly Draft[] =>
  f.servers[site].flatMap((host) => {
    const answers = waitPort.step(`${id}/answers/${host}`, { host, port: f.port });
    const service = f.services[0];
    if (f.health.log === "none" || service === undefined) return [answers];
    const { ignore, settleSec } = f.health;
    const log =
      f.health.log === "event"
        ? { kind: "event" as const, sources: f.health.sources }
        : { kind: "file" as const, folder: f.health.folder };
    const healthyDraft = healthy.step(
      `${id}/healthy/${host}`,
      { host, service, startedBy: startStep(id, host, service), log, settleSec, ignore },
      { needs: [answers] },
    );
    return [answers, { ...healthyDraft, optionalAs: "health" }];
  });
