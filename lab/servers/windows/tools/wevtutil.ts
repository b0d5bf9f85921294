import type { Call, Command } from "../cmd/shell.ts";
import type { WindowsEvent } from "../events.ts";
import { may } from "../users.ts";
import { eventFilter, type EventFilter, QueryError } from "./event-query.ts";

const levels = { 1: "Critical", 2: "Error", 3: "Warning", 4: "Information" } as const;

const xml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("'", "&apos;");

/** The name of a log as events show it. */
const title = (log: string): string => log.charAt(0).toUpperCase() + log.slice(1);

function asXml(call: Call, event: WindowsEvent, rendered: boolean): string {
  // SystemTime has 100 ns and is in UTC whatever the host's time zone.
  const time = new Date(event.timeMs).toISOString().replace("Z", "0000Z");
  const system = [
    `<Provider Name='${xml(event.provider)}'/>`,
    `<EventID Qualifiers='0'>${event.id}</EventID><Version>0</Version><Level>${event.level}</Level><Task>0</Task><Opcode>0</Opcode>`,
    `<Keywords>0x80000000000000</Keywords><TimeCreated SystemTime='${time}'/><EventRecordID>${event.record}</EventRecordID>`,
    `<Correlation/><Execution ProcessID='0' ThreadID='0'/><Channel>${title(event.log)}</Channel>`,
    `<Computer>${call.shell.host.identity.name}</Computer><Security/>`,
  ].join("");
  const info = rendered
    ? `<RenderingInfo Culture='en-US'><Message>${xml(event.message)}</Message><Level>${levels[event.level]}</Level></RenderingInfo>`
    : "";
  return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>${system}</System><EventData><Data>${xml(event.message)}</Data></EventData>${info}</Event>`;
}

function asText(call: Call, event: WindowsEvent, at: number): string {
  return [
    `Event[${at}]:`,
    `  Log Name: ${title(event.log)}`,
    `  Source: ${event.provider}`,
    `  Date: ${call.shell.host.localTime(event.timeMs).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS")}`,
    `  Event ID: ${event.id}`,
    "  Task: N/A",
    `  Level: ${levels[event.level]}`,
    "  Opcode: N/A",
    "  Keyword: Classic",
    "  User: N/A",
    "  User Name: N/A",
    `  Computer: ${call.shell.host.identity.name}`,
    `  Description: \r\n${event.message}`,
    "",
    "",
  ].join("\r\n");
}

/** The option's value: `/c:10`, `/count:10`; the tool takes both names of each. */
const option = (words: readonly string[], names: readonly string[]): string | undefined => {
  const found = words.find((word) => names.some((name) => word.toLowerCase().startsWith(`/${name}:`)));
  return found?.slice(found.indexOf(":") + 1);
};

const failed = (call: Call, code: number, text: string): number => {
  call.err(`${text}\r\n`);
  return code;
};

/** `wevtutil` el (names of the logs) and qe (query events): /q filter, /c count, /rd newest first, /f XML or text. */
export const wevtutil: Command = (call) => {
  const [verb = "", log, ...words] = call.args;
  const { events, clock } = call.shell.host;
  if (/^(el|enum-logs)$/i.test(verb)) {
    for (const name of events.names()) call.out(`${name}\r\n`);
    return 0;
  }
  if (!/^(qe|query-events)$/i.test(verb) || log === undefined) {
    return failed(call, 87, "Invalid syntax.\r\nThe parameter is incorrect.");
  }
  if (!may(call.shell.user, "read-events"))
    return failed(call, 5, "Failed to read events. Access is denied.");
  const all = events.read(log);
  if (!all) return failed(call, 15007, "Failed to read events. The specified channel could not be found.");

  let filter: EventFilter = () => true;
  const query = option(words, ["q", "query"]);
  try {
    if (query !== undefined) filter = eventFilter(query);
  } catch (error) {
    if (error instanceof QueryError)
      return failed(call, 15001, "Failed to read events. The specified query is invalid.");
    throw error;
  }
  const found = all.filter((event) => filter(event, clock.now()));
  if (option(words, ["rd", "reversedirection"])?.toLowerCase() === "true") found.reverse();
  const count = Number(option(words, ["c", "count"]) ?? found.length);
  const format = option(words, ["f", "format"])?.toLowerCase() ?? "xml";
  for (const [at, event] of found.slice(0, count).entries()) {
    call.out(
      format === "text" ? asText(call, event, at) : `${asXml(call, event, format === "renderedxml")}\r\n`,
    );
  }
  return 0;
};
