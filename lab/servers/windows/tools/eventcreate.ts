import type { Command } from "../cmd/shell.ts";
import type { EventLevel } from "../events.ts";
import { may } from "../users.ts";

const levels: Readonly<Record<string, EventLevel>> = { ERROR: 2, WARNING: 3, INFORMATION: 4, SUCCESS: 4 };

/** `eventcreate /L APPLICATION|SYSTEM /T type /SO source /ID 1-1000 /D text`: an event of one's own. */
export const eventcreate: Command = (call) => {
  const value = (name: string): string | undefined => {
    const at = call.args.findIndex((word) => word.toLowerCase() === name);
    return at < 0 ? undefined : call.args[at + 1];
  };
  const failed = (text: string): number => {
    call.err(`ERROR: ${text}\r\n`);
    return 1;
  };
  const [type, id, text, source] = [value("/t"), value("/id"), value("/d"), value("/so")];
  const log = value("/l") ?? "APPLICATION";
  const level = levels[type?.toUpperCase() ?? ""];
  if (id === undefined || text === undefined || text === "" || level === undefined)
    return failed('Invalid syntax. Mandatory options are missing.\r\nType "EVENTCREATE /?" for usage.');
  if (!/^\d+$/.test(id) || Number(id) < 1 || Number(id) > 1000)
    return failed('Invalid syntax. Value expected for "/ID" is in the range of 1 - 1000.');
  if (!/^(application|system)$/i.test(log)) return failed(`Invalid log name "${log}".`);
  // A new source is registered first, which an administrator may do.
  if (!may(call.shell.user, "write-registry")) return failed("Access is denied.");
  const provider = source ?? "EventCreate";
  call.shell.host.events.write({ log, provider, id: Number(id), level, message: text });
  call.out(
    `\r\nSUCCESS: An event of type '${type?.toUpperCase() ?? ""}' was created in the '${log.toUpperCase()}' log with '${provider}' as the source.\r\n`,
  );
  return 0;
};
