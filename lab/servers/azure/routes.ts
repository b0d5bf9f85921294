import { ArmError, resourceNotFound } from "./errors.ts";
import { type JsonObject, textAt } from "./json.ts";
import type { Azure } from "./model.ts";
import type { Operation } from "./operations.ts";
import { formatResourceId, parseResourceId, type ResourceId } from "./resource-id.ts";
import { type ArmType, armType, type Stored, Types } from "./stored.ts";
import { instanceViewOf, usagesOf, viewOf } from "./view.ts";

/** What is answered; with an operation, its addresses go into the headers. */
export interface Answer {
  readonly status: number;
  readonly body?: JsonObject;
  readonly operation?: Operation;
}

/** What a path below a subscription asks for. */
type Target =
  | { readonly kind: "resource"; readonly at: ResourceId; readonly verb?: string }
  | { readonly kind: "list"; readonly type: ArmType; readonly group?: string }
  | { readonly kind: "usages"; readonly location: string }
  | { readonly kind: "operation"; readonly id: string; readonly location: string };

/** Rights over resource groups have a name of their own. */
const GROUP_ACTIONS = "Microsoft.Resources/subscriptions/resourceGroups";

const VERBS = ["start", "deallocate", "powerOff", "instanceView"] as const;

/** The action of a request as role-based access control names it, and the region whose service has to answer. */
export function actionOf(
  azure: Azure,
  method: string,
  url: URL,
  body: JsonObject,
): { readonly action: string; readonly location: string } {
  const target = targetOf(azure, url);
  switch (target?.kind) {
    case "resource": {
      const stored = azure.find(formatResourceId(target.at));
      const what =
        { GET: "read", HEAD: "read", PUT: "write", DELETE: "delete" }[method] ??
        `${target.verb ?? ""}/action`;
      return {
        action: `${target.at.type === undefined ? GROUP_ACTIONS : (armType(target.at.type) ?? target.at.type)}/${what}`,
        location: stored?.location ?? textAt(body, "location") ?? "",
      };
    }
    case "list":
      return { action: `${target.type}/read`, location: "" };
    case "usages":
      return { action: "Microsoft.Compute/locations/usages/read", location: target.location };
    case "operation":
      return { action: "Microsoft.Compute/locations/operations/read", location: target.location };
    case undefined:
      return { action: "", location: "" };
  }
}

/** Answers a request that nothing stands in the way of. */
export function answer(azure: Azure, method: string, url: URL, body: JsonObject): Answer {
  const target = targetOf(azure, url);
  if (target?.kind === "operation" && method === "GET") {
    return pollAnswer(azure, target.id, url.searchParams.has("monitor"));
  }
  if (target?.kind === "usages" && method === "GET") {
    return { status: 200, body: { value: usagesOf(target.location, azure) } };
  }
  if (target?.kind === "list" && method === "GET") {
    const inGroup = (one: Stored): boolean => !target.group || sameName(one.at.group, target.group);
    return {
      status: 200,
      body: {
        value: azure
          .ofType(target.type)
          .filter(inGroup)
          .map((one) => viewOf(one, azure)),
      },
    };
  }
  if (target?.kind === "resource") return onResource(azure, method, target.at, target.verb, url, body);
  throw new ArmError(
    404,
    "InvalidResourceType",
    `The resource type of ${method} ${url.pathname} could not be found in the simulated Azure.`,
  );
}

function onResource(
  azure: Azure,
  method: string,
  at: ResourceId,
  verb: string | undefined,
  url: URL,
  body: JsonObject,
): Answer {
  if (method === "POST" || verb !== undefined) return onVm(azure, method, at, verb);
  switch (method) {
    case "GET": {
      const expand = url.searchParams.get("$expand")?.toLowerCase() === "instanceview";
      return { status: 200, body: viewOf(azure.get(at), azure, expand) };
    }
    case "HEAD":
      return { status: azure.find(formatResourceId(at)) ? 204 : 404 };
    case "PUT": {
      const { resource, created, operation } = azure.put(at, body);
      return {
        status: created ? 201 : 200,
        body: viewOf(resource, azure),
        ...(operation ? { operation } : {}),
      };
    }
    case "DELETE": {
      const operation = azure.delete(at);
      return operation ? { status: 202, operation } : { status: 204 };
    }
    default:
      throw new ArmError(405, "MethodNotAllowed", `The method ${method} is not allowed for ${at.name}.`);
  }
}

function onVm(azure: Azure, method: string, at: ResourceId, verb: string | undefined): Answer {
  const vm = azure.get(at);
  if (vm.type !== Types.Vm) throw resourceNotFound(Types.Vm, at.name, at.group);
  if (method === "GET" && verb === "instanceView") return { status: 200, body: instanceViewOf(vm, azure) };
  if (method === "POST") {
    switch (verb) {
      case "start":
        return { status: 202, operation: azure.start(vm) };
      case "deallocate":
        return { status: 202, operation: azure.deallocate(vm) };
      case "powerOff":
        return { status: 202, operation: azure.powerOff(vm) };
      default:
    }
  }
  throw new ArmError(404, "InvalidAction", `The action ${method} ${verb ?? ""} is not known for ${at.name}.`);
}

/** The state of an operation: as a document, or by its status code where the client follows `Location`. */
function pollAnswer(azure: Azure, id: string, monitor: boolean): Answer {
  const operation = azure.operations.find(id);
  if (!operation) throw new ArmError(404, "OperationNotFound", `The operation '${id}' could not be found.`);
  if (monitor) {
    if (operation.error) throw operation.error;
    return operation.status === "InProgress" ? { status: 202, operation } : { status: 200 };
  }
  return {
    status: 200,
    body: {
      name: operation.id,
      status: operation.status,
      startTime: new Date(operation.startedMs).toISOString(),
      ...(operation.endedMs === undefined ? {} : { endTime: new Date(operation.endedMs).toISOString() }),
      ...(operation.error ? { error: { code: operation.error.code, message: operation.error.message } } : {}),
    },
  };
}

function targetOf(azure: Azure, url: URL): Target | undefined {
  const path = decodeURIComponent(url.pathname).replace(/\/+$/, "");
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1];
  if (subscription === undefined || !sameName(subscription, azure.subscription)) {
    throw new ArmError(
      404,
      "SubscriptionNotFound",
      `The subscription '${subscription ?? ""}' could not be found.`,
    );
  }
  const at = parseResourceId(path);
  if (at) return { kind: "resource", at };
  const verb = VERBS.find((one) => path.toLowerCase().endsWith(`/${one.toLowerCase()}`));
  const of = verb && parseResourceId(path.slice(0, -verb.length - 1));
  if (of) return { kind: "resource", at: of, verb };
  const regional = /\/providers\/Microsoft\.Compute\/locations\/([^/]+)\/(usages|operations\/([^/]+))$/i.exec(
    path,
  );
  if (regional?.[1]) {
    return regional[3]
      ? { kind: "operation", id: regional[3], location: regional[1] }
      : { kind: "usages", location: regional[1] };
  }
  if (/^\/subscriptions\/[^/]+\/resourceGroups$/i.test(path)) return { kind: "list", type: Types.Group };
  const list = /^\/subscriptions\/[^/]+(?:\/resourceGroups\/([^/]+))?\/providers\/([^/]+\/[^/]+)$/i.exec(
    path,
  );
  const type = list && armType(list[2]);
  return type ? { kind: "list", type, ...(list[1] ? { group: list[1] } : {}) } : undefined;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
