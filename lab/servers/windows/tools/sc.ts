import type { Call, Command } from "../cmd/shell.ts";
import type { FailureActions, Service, StartType } from "../service.ts";
import { may } from "../users.ts";
import { configText, failedText, failureText, statusText } from "./sc-format.ts";

const invalidCommandLine = 1639;
const startTypes: Readonly<Record<string, StartType>> = {
  auto: "auto",
  "delayed-auto": "delayed-auto",
  demand: "manual",
  disabled: "disabled",
};

const usage = (call: Call): number => {
  call.out(
    "DESCRIPTION:\r\n        SC is a command line program used for communicating with the\r\n        Service Control Manager and services.\r\nUSAGE:\r\n        sc <server> [command] [service name] <option1> <option2>...\r\n\r\n",
  );
  return invalidCommandLine;
};

const failed = (call: Call, what: string, code: number): number => {
  call.out(failedText(what, code));
  return code;
};

/**
 * The options of `sc`, which are two words each: `start= auto`. Written as one word they are none to the real tool
 * either ("a space is required between the equal sign and the value").
 */
function optionsOf(words: readonly string[]): ReadonlyMap<string, string> | undefined {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [name = "", value] = [words[at], words[at + 1]];
    if (!/^\w+=$/.test(name) || value === undefined) return undefined;
    options.set(name.slice(0, -1).toLowerCase(), value);
  }
  return options;
}

function query(call: Call, words: readonly string[], withProcess: boolean): number {
  const { services } = call.shell.host;
  const [first] = words;
  if (first !== undefined && !first.endsWith("=")) {
    const service = services.find(first);
    if (!service) return failed(call, "EnumQueryServicesStatus:OpenService", 1060);
    call.out(statusText(service, { withProcess }));
    return 0;
  }
  const options = optionsOf(words);
  const state = options?.get("state")?.toLowerCase() ?? "active";
  const known = ["state", "type", "bufsize", "ri", "group"];
  if (
    !options ||
    ![...options.keys()].every((name) => known.includes(name)) ||
    !/^(active|inactive|all)$/.test(state)
  ) {
    return usage(call);
  }
  const wanted = services
    .list()
    .filter((service) => state === "all" || (service.state === "stopped") === (state === "inactive"));
  for (const service of wanted) call.out(statusText(service, { withDisplayName: true, withProcess }));
  return 0;
}

async function start(call: Call, service: Service): Promise<number> {
  const code = await call.shell.host.services.start(service.name);
  if (code !== 0) return failed(call, "StartService", code);
  call.out(statusText(service, { withProcess: true }));
  return 0;
}

function stop(call: Call, service: Service): number {
  const code = call.shell.host.services.stop(service.name);
  if (code !== 0) return failed(call, "ControlService", code);
  call.out(statusText(service, {}));
  return 0;
}

function config(call: Call, service: Service, words: readonly string[]): number {
  const options = optionsOf(words);
  if (!options || options.size === 0) return usage(call);
  const change: {
    startType?: StartType;
    displayName?: string;
    account?: string;
    image?: string;
    dependsOn?: string[];
  } = {};
  for (const [name, value] of options) {
    if (name === "start") {
      const startType = startTypes[value.toLowerCase()];
      if (!startType) return usage(call);
      change.startType = startType;
    } else if (name === "displayname") change.displayName = value;
    else if (name === "obj") change.account = value;
    else if (name === "binpath") change.image = value;
    else if (name === "depend") change.dependsOn = value.split("/").filter((one) => one !== "");
    else if (!["password", "type", "error", "group", "tag"].includes(name)) return usage(call);
  }
  call.shell.host.services.configure(service.name, change);
  call.out("[SC] ChangeServiceConfig SUCCESS\r\n");
  return 0;
}

function failure(call: Call, service: Service, words: readonly string[]): number {
  const options = optionsOf(words);
  if (!options) return usage(call);
  const parts = (options.get("actions") ?? "").split("/").filter((part) => part !== "");
  const actions: FailureActions["actions"][number][] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const delayMs = Number(parts[at + 1]);
    if (!Number.isInteger(delayMs)) return usage(call);
    actions.push({ kind: parts[at]?.toLowerCase() === "restart" ? "restart" : "none", delayMs });
  }
  const resetSec = Number(options.get("reset") ?? 0);
  call.shell.host.services.configure(service.name, { failureActions: { resetSec, actions } });
  call.out("[SC] ChangeServiceConfig2 SUCCESS\r\n");
  return 0;
}

/** `sc.exe`: the service control manager of this host. Another host's (`sc \\HOST`) is behind its firewall: 1722. */
export const sc: Command = async (call) => {
  const [first = "", ...rest] = call.args;
  if (first.startsWith("\\\\")) return failed(call, "OpenSCManager", 1722);
  const verb = first.toLowerCase();
  if (verb === "query" || verb === "queryex") return query(call, rest, verb === "queryex");

  const [name, ...words] = rest;
  const right = {
    start: "control-services",
    stop: "control-services",
    config: "configure-services",
    failure: "configure-services",
  } as const;
  const known = verb in right || ["qc", "qfailure", "getdisplayname", "getkeyname"].includes(verb);
  if (!known || name === undefined) return usage(call);
  const { services } = call.shell.host;
  if (verb === "getkeyname") {
    const found = services.findByAnyName(name);
    if (!found) return failed(call, "GetServiceKeyName", 1060);
    call.out(`[SC] GetServiceKeyName SUCCESS\r\nName = ${found.name}\r\n`);
    return 0;
  }
  const open = verb === "start" ? "StartService: OpenService" : "OpenService";
  const service = services.find(name);
  if (!service) return failed(call, open, 1060);
  if (verb in right && !may(call.shell.user, right[verb as keyof typeof right], service.name))
    return failed(call, open, 5);
  switch (verb) {
    case "start":
      return start(call, service);
    case "stop":
      return stop(call, service);
    case "config":
      return config(call, service, words);
    case "failure":
      return failure(call, service, words);
    case "qfailure":
      call.out(failureText(service));
      return 0;
    case "getdisplayname":
      call.out(`[SC] GetServiceDisplayName SUCCESS\r\nName = ${service.displayName}\r\n`);
      return 0;
    default:
      call.out(configText(service));
      return 0;
  }
};
