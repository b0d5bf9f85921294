import type { Call, Command } from "../cmd/shell.ts";
import type { Service } from "../service.ts";
import { may } from "../users.ts";
import { win32Text } from "../win32.ts";

const more = (number: number): string => `More help is available by typing NET HELPMSG ${number}.\r\n\r\n`;

const systemError = (call: Call, code: number): number => {
  call.err(`System error ${code} has occurred.\r\n\r\n${win32Text(code)}\r\n\r\n`);
  return 2;
};

const helped = (call: Call, text: string, number: number): number => {
  call.err(`${text}\r\n\r\n${more(number)}`);
  return 2;
};

async function start(call: Call, service: Service): Promise<number> {
  const { services } = call.shell.host;
  const code = await services.start(service.name);
  if (code === 1056) return helped(call, "The requested service has already been started.", 2182);
  if (code !== 0) return systemError(call, code);
  call.out(`The ${service.displayName} service is starting.\r\n`);
  await services.settled(service.name, call.shell.signal);
  if (service.state === "running") {
    call.out(`The ${service.displayName} service was started successfully.\r\n\r\n`);
    return 0;
  }
  call.err(`The ${service.displayName} service could not be started.\r\n\r\n`);
  if (service.exitCode === 0) call.err(`The service did not report an error.\r\n\r\n${more(3534)}`);
  else
    call.err(
      `A system error has occurred.\r\n\r\nSystem error ${service.exitCode} has occurred.\r\n\r\n${win32Text(service.exitCode)}\r\n\r\n`,
    );
  return 2;
}

async function stop(call: Call, service: Service, yes: boolean): Promise<number> {
  const { services } = call.shell.host;
  const dependents = service.state === "running" ? services.activeDependents(service) : [];
  if (dependents.length > 0) {
    call.out(
      `The following services are dependent on the ${service.displayName} service.\r\nStopping the ${service.displayName} service will also stop these services.\r\n\r\n`,
    );
    for (const one of dependents) call.out(`   ${one.displayName}\r\n`);
    call.out("\r\n");
    if (!yes) {
      call.out("Do you want to continue this operation? (Y/N) [N]: ");
      const answer = await call.input.line();
      if (!/^y/i.test(answer ?? "")) return 2;
    }
    for (const one of dependents) {
      const code = await stop(call, one, true);
      if (code !== 0) return code;
    }
  }
  const code = services.stop(service.name);
  if (code === 1062) return helped(call, `The ${service.displayName} service is not started.`, 3521);
  if (code === 1061)
    return helped(call, "The service is starting or stopping.  Please try again later.", 2189);
  if (code === 1052)
    return helped(call, `The requested pause, continue, or stop is not valid for this service.`, 2191);
  if (code !== 0) return systemError(call, code);
  call.out(`The ${service.displayName} service is stopping.\r\n`);
  const limit = AbortSignal.any([call.shell.signal, whenPassed(call, stopLimitMs)]);
  await services.settled(service.name, limit);
  if (service.state !== "stopped") {
    call.err(`The ${service.displayName} service could not be stopped.\r\n\r\n`);
    return 2;
  }
  call.out(`The ${service.displayName} service was stopped successfully.\r\n\r\n`);
  return 0;
}

/** How long `net stop` waits for a service that stays in STOP_PENDING, in milliseconds of lab time. */
const stopLimitMs = 30_000;

function whenPassed(call: Call, afterMs: number): AbortSignal {
  const passed = new AbortController();
  const { clock } = call.shell.host;
  clock.at(clock.now() + afterMs, () => passed.abort());
  return passed.signal;
}

/** `net start` and `net stop`: they wait for the service, and end with 2 whenever it is not as asked. */
export const net: Command = async (call) => {
  const verb = call.args[0]?.toLowerCase();
  const yes = call.args.some((word) => /^\/y$/i.test(word));
  const name = call.args.slice(1).find((word) => !word.startsWith("/"));
  const { services } = call.shell.host;
  if (verb !== "start" && verb !== "stop") {
    call.err("The syntax of this command is:\r\n\r\nNET\r\n    [ START | STOP ]\r\n");
    return 1;
  }
  if (name === undefined) {
    if (verb === "stop") {
      call.err("The syntax of this command is:\r\n\r\nNET STOP\r\nservice\r\n");
      return 1;
    }
    call.out("These Windows services are started:\r\n\r\n");
    for (const one of services.list()) if (one.state === "running") call.out(`   ${one.displayName}\r\n`);
    call.out("\r\nThe command completed successfully.\r\n\r\n");
    return 0;
  }
  const service = services.findByAnyName(name);
  if (!service) return helped(call, "The service name is invalid.", 2185);
  if (!may(call.shell.user, "control-services", service.name)) return systemError(call, 5);
  return verb === "start" ? start(call, service) : stop(call, service, yes);
};
