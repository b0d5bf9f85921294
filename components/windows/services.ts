import type { Ssh } from "../../steps/transports/ssh.ts";
import { scCode, ServiceError } from "./codes.ts";
import {
  parseConfig,
  parseKeyName,
  parseServiceNames,
  parseStatus,
  type ServiceConfig,
  type ServiceStatus,
  type StartType,
} from "./parse.ts";
import { parseServices, type ListedService } from "./parse-services.ts";

/** A service as it is now. */
export interface Service extends ServiceStatus, ServiceConfig {
  readonly name: string;
}

/** The service by its key name, or nothing where there is no such service. Reads only. */
export async function serviceState(ssh: Ssh, name: string): Promise<Service | undefined> {
  const status = await ssh.run(`sc.exe queryex "${name}"`);
  if (status.code === scCode.noSuchService) return undefined;
  const found = status.code === 0 ? parseStatus(status.stdout) : undefined;
  if (!found) throw new ServiceError(ssh.host, name, "read the state of", status.code);
  // The size of the buffer: the default of 1024 bytes is too small for long paths and many dependencies.
  const config = await ssh.run(`sc.exe qc "${name}" 8192`);
  const configured = config.code === 0 ? parseConfig(config.stdout) : undefined;
  if (!configured) throw new ServiceError(ssh.host, name, "read the configuration of", config.code);
  return { name, ...found, ...configured };
}

/** `"K2 Server" on K2PRD01 is running, start type auto`. */
export function serviceSays(host: string, name: string, service: Service | undefined): string {
  if (!service) return `"${name}" is no service of ${host}`;
  const ended =
    service.state === "stopped" && service.exitCode !== 0 && service.exitCode !== 1077
      ? ` after error ${String(service.exitCode === scCode.ownError ? service.serviceExitCode : service.exitCode)}`
      : "";
  return `"${name}" on ${host} is ${service.state}${ended}, start type ${service.startType}`;
}

/** Whether Windows starts a service at its next start. */
export const startsByItself = ({ startType }: Pick<Service, "startType">): boolean =>
  startType === "auto" || startType === "delayed-auto";

const scWord: Readonly<Record<StartType, string>> = {
  auto: "auto",
  "delayed-auto": "delayed-auto",
  manual: "demand",
  disabled: "disabled",
  boot: "boot",
  system: "system",
};

/** Sets how a service starts. What it does now stays. */
export async function setStartType(ssh: Ssh, name: string, startType: StartType): Promise<void> {
  const { code } = await ssh.run(`sc.exe config "${name}" start= ${scWord[startType]}`);
  if (code !== 0) throw new ServiceError(ssh.host, name, `set the start type ${startType} of`, code);
}

/** Asks a service to stop or to start; gives the code of the service control manager, 0 where it took the request. */
export async function control(ssh: Ssh, name: string, what: "stop" | "start"): Promise<number> {
  return (await ssh.run(`sc.exe ${what} "${name}"`)).code;
}

/** The running services that stand on a service. */
export async function dependentsOf(ssh: Ssh, name: string): Promise<readonly string[]> {
  const { code, stdout } = await ssh.run(`sc.exe enumdepend "${name}" 65536`);
  if (code !== 0) throw new ServiceError(ssh.host, name, "list what depends on", code);
  const states = await Promise.all(
    parseServiceNames(stdout).map(async (dependent) => serviceState(ssh, dependent)),
  );
  return states.flatMap((service) => (service && service.state !== "stopped" ? [service.name] : []));
}

/** All services of a server, started or not. */
export async function servicesOn(ssh: Ssh): Promise<readonly ListedService[]> {
  const { code, stdout } = await ssh.run("sc.exe query type= service state= all bufsize= 262144");
  if (code !== 0) throw new Error(`${ssh.host}: its services cannot be listed (sc query: ${String(code)})`);
  return parseServices(stdout);
}

/** The key name of a display name, where a service has that one. */
export async function keyNameOf(ssh: Ssh, displayName: string): Promise<string | undefined> {
  const { code, stdout } = await ssh.run(`sc.exe getkeyname "${displayName}"`);
  return code === 0 ? parseKeyName(stdout) : undefined;
}
