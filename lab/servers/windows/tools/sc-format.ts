import type { Service, ServiceState, StartType } from "../service.ts";
import { win32Text } from "../win32.ts";

const states: Readonly<Record<ServiceState, readonly [number, string, string | undefined]>> = {
  stopped: [1, "STOPPED", undefined],
  "start-pending": [2, "START_PENDING", "(NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN)"],
  "stop-pending": [3, "STOP_PENDING", "(STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)"],
  running: [4, "RUNNING", "(STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)"],
};

const startTypes: Readonly<Record<StartType, string>> = {
  auto: "2   AUTO_START",
  "delayed-auto": "2   AUTO_START  (DELAYED)",
  manual: "3   DEMAND_START",
  disabled: "4   DISABLED",
};

const crlf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join("");

/** A service's status as `sc query`, `sc queryex`, `sc start` and `sc stop` print it. */
export function statusText(
  service: Service,
  {
    withDisplayName = false,
    withProcess = false,
  }: { readonly withDisplayName?: boolean; readonly withProcess?: boolean },
): string {
  const [number, word, controls] = states[service.state];
  const pending = service.state === "start-pending" || service.state === "stop-pending";
  const canStop =
    service.state === "running" && service.faults.refusesStop
      ? "(NOT_STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)"
      : controls;
  return crlf([
    "",
    `SERVICE_NAME: ${service.name}${withDisplayName ? "" : " "}`,
    ...(withDisplayName ? [`DISPLAY_NAME: ${service.displayName}`] : []),
    "        TYPE               : 10  WIN32_OWN_PROCESS  ",
    `        STATE              : ${number}  ${word} `,
    ...(canStop ? [`                                ${canStop}`] : []),
    `        WIN32_EXIT_CODE    : ${service.exitCode}  (0x${service.exitCode.toString(16)})`,
    "        SERVICE_EXIT_CODE  : 0  (0x0)",
    "        CHECKPOINT         : 0x0",
    `        WAIT_HINT          : ${pending ? "0x7d0" : "0x0"}`,
    ...(withProcess ? [`        PID                : ${service.pid}`, "        FLAGS              : "] : []),
  ]);
}

/** A service's configuration as `sc qc` prints it. */
export function configText(service: Service): string {
  const [first = "", ...more] = service.dependsOn;
  return crlf([
    "[SC] QueryServiceConfig SUCCESS",
    "",
    `SERVICE_NAME: ${service.name}`,
    "        TYPE               : 10  WIN32_OWN_PROCESS ",
    `        START_TYPE         : ${startTypes[service.startType]}`,
    "        ERROR_CONTROL      : 1   NORMAL",
    `        BINARY_PATH_NAME   : ${service.image}`,
    "        LOAD_ORDER_GROUP   : ",
    "        TAG                : 0",
    `        DISPLAY_NAME       : ${service.displayName}`,
    `        DEPENDENCIES       : ${first}`,
    ...more.map((name) => `                           : ${name}`),
    `        SERVICE_START_NAME : ${service.account}`,
  ]);
}

/** A service's recovery actions as `sc qfailure` prints them. */
export function failureText({ name, failureActions: { resetSec, actions } }: Service): string {
  const lines = actions.map(({ kind, delayMs }) => {
    return kind === "restart" ? `RESTART -- Delay = ${delayMs} milliseconds.` : "";
  });
  return crlf([
    "[SC] QueryServiceConfig2 SUCCESS",
    "",
    `SERVICE_NAME: ${name}`,
    `        RESET_PERIOD (in seconds)    : ${resetSec}`,
    "        REBOOT_MESSAGE               : ",
    "        COMMAND_LINE                 : ",
    ...lines.map(
      (line, at) => `        ${at === 0 ? "FAILURE_ACTIONS              : " : " ".repeat(31)}${line}`,
    ),
  ]);
}

/** A failed call of the service control manager as `sc` prints it. */
export function failedText(call: string, code: number): string {
  return `[SC] ${call} FAILED ${code}:\r\n\r\n${win32Text(code)}\r\n\r\n`;
}
