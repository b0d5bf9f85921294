import { absolutePath } from "../../disk/paths.ts";
import type { Call, Command } from "../cmd/shell.ts";
import { processName, type Service } from "../service.ts";
import { may, shortName } from "../users.ts";
import { win32Text } from "../win32.ts";

/** `hostname`: the short computer name. */
export const hostname: Command = (call) => {
  call.out(`${call.shell.host.identity.name}\r\n`);
  return 0;
};

/** `whoami`: domain and user in small letters; a local user's domain is the computer. */
export const whoami: Command = (call) => {
  const { user, host } = call.shell;
  const domain = user.name.includes("\\") ? user.name.slice(0, user.name.indexOf("\\")) : host.identity.name;
  call.out(`${domain}\\${shortName(user)}\r\n`.toLowerCase());
  return 0;
};

/** `w32tm /query /status` and `/query /source`. The clock's error is the one that the lab gave the host. */
export const w32tm: Command = (call) => {
  const words = call.args.map((word) => word.toLowerCase());
  const { host } = call.shell;
  if (words.includes("/query") && words.includes("/source")) {
    call.out(`${host.timeSource}\r\n`);
    return 0;
  }
  if (!words.includes("/query") || !words.includes("/status")) {
    call.out("The command /? shows the usage of w32tm.\r\n");
    return 1;
  }
  const offset = `${host.clockErrorMs < 0 ? "+" : "-"}${(Math.abs(host.clockErrorMs) / 1000).toFixed(7)}s`;
  call.out(
    [
      "Leap Indicator: 0(no warning)",
      "Stratum: 4 (secondary reference - syncd by (S)NTP)",
      "Precision: -23 (119.209ns per tick)",
      "Root Delay: 0.0312500s",
      "Root Dispersion: 0.0429687s",
      "ReferenceId: 0x0A0A000A (source IP:  10.10.0.10)",
      `Last Successful Sync Time: ${host.localTime(host.clock.now() - 600_000).toFormat("M/d/yyyy h:mm:ss a")}`,
      `Source: ${host.timeSource}`,
      "Poll Interval: 10 (1024s)",
      ...(words.includes("/verbose") ? ["", `Phase Offset: ${offset}`] : []),
      "",
      "",
    ].join("\r\n"),
  );
  return 0;
};

/** `wmic os get LocalDateTime`: local time with its offset from UTC in minutes, as `20261122031000.123000+000`. */
export const wmic: Command = (call) => {
  const words = call.args.map((word) => word.toLowerCase());
  if (words[0] === "path" && words[1] === "win32_account" && words[2] === "where") return account(call);
  if (words[0] !== "os" || words[1] !== "get" || words[2] !== "localdatetime") {
    call.err("Invalid GET Expression.\r\n");
    return 44135;
  }
  const now = call.shell.host.localTime();
  const offset = `${now.offset < 0 ? "-" : "+"}${String(Math.abs(now.offset)).padStart(3, "0")}`;
  const text = `${now.toFormat("yyyyMMddHHmmss.SSS")}000${offset}`;
  if (words.includes("/value")) call.out(`\r\n\r\nLocalDateTime=${text}\r\n\r\n\r\n`);
  else call.out(`LocalDateTime              \r\n${text}  \r\n\r\n`);
  return 0;
};

/** `wmic path win32_account where "name='svc-k2' and domain='CORP'" get sid /value`: 0 too where there is none. */
function account(call: Call): number {
  const clause = call.args[3] ?? "";
  const [name, domain] = ["name", "domain"].map(
    (key) => new RegExp(`${key}='([^']*)'`, "i").exec(clause)?.[1],
  );
  const sid = name && call.shell.host.domain.sidOf(domain === undefined ? name : `${domain}\\${name}`);
  if (sid) call.out(`\r\n\r\nSID=${sid}\r\n\r\n\r\n`);
  else call.err("No Instance(s) Available.\r\n");
  return 0;
}

/** `shutdown /r`, `/s` and `/a`, with `/t` seconds (default 30). */
export const shutdown: Command = (call) => {
  const words = call.args.map((word) => word.toLowerCase());
  const { host } = call.shell;
  if (!may(call.shell.user, "shut-down")) {
    call.err(`${win32Text(5)}(5)\r\n`);
    return 5;
  }
  if (words.includes("/a")) {
    if (host.cancelShutDown()) return 0;
    call.err(`${win32Text(1116)}(1116)\r\n`);
    return 1116;
  }
  const restart = words.includes("/r") || words.includes("/g");
  if (!restart && !words.includes("/s")) {
    call.out("Usage: shutdown [/s | /r | /a] [/f] [/t xxx]\r\n");
    return 1;
  }
  const after = words[words.indexOf("/t") + 1];
  const afterSec = words.includes("/t") ? Number(after) : 30;
  if (!host.planShutDown({ restart, afterMs: afterSec * 1000 })) {
    call.err(`${win32Text(1190)}(1190)\r\n`);
    return 1190;
  }
  return 0;
};

const running = (call: Call): readonly Service[] =>
  call.shell.host.services.list().filter(({ pid }) => pid !== 0);

/** `tasklist`: the processes of the services, also `/svc`, `/fo csv`, `/nh` and `/fi "IMAGENAME eq x.exe"`. */
export const tasklist: Command = (call) => {
  const filter = /^(imagename|pid|services) eq (.+)$/i.exec(
    call.args[call.args.findIndex((one) => /^\/fi$/i.test(one)) + 1] ?? "",
  );
  const [, field = "", value = ""] = filter ?? [];
  const found = running(call).filter((service) => {
    if (!filter) return true;
    const is = { imagename: processName(service), pid: String(service.pid), services: service.name }[
      field.toLowerCase()
    ];
    return is?.toUpperCase() === value.toUpperCase();
  });
  if (found.length === 0) {
    call.out("INFO: No tasks are running which match the specified criteria.\r\n");
    return 0;
  }
  const flags = call.args.map((word) => word.toLowerCase());
  const csv = flags[flags.indexOf("/fo") + 1] === "csv" && flags.includes("/fo");
  const withServices = flags.includes("/svc");
  const titles = withServices
    ? ["Image Name", "PID", "Services"]
    : ["Image Name", "PID", "Session Name", "Session#", "Mem Usage"];
  const widths = withServices ? [25, 8, 44] : [25, 8, 16, 11, 12];
  const line = (cells: readonly string[]): string =>
    csv
      ? `${cells.map((cell) => `"${cell}"`).join(",")}\r\n`
      : `${cells.map((cell, at) => (at === 1 ? cell.padStart(8) : cell.padEnd(widths[at] ?? 0))).join(" ")}\r\n`;
  if (!flags.includes("/nh"))
    call.out(csv ? line(titles) : `\r\n${line(titles)}${line(widths.map((width) => "=".repeat(width)))}`);
  for (const service of found) {
    const [image, pid] = [processName(service), String(service.pid)];
    call.out(line(withServices ? [image, pid, service.name] : [image, pid, "Services", "0", "24,320 K"]));
  }
  return 0;
};

/** `taskkill /F` by `/PID` or `/IM`: ends the process of a service. Without /F a service's process is not ended. */
export const taskkill: Command = async (call) => {
  const words = call.args.map((word) => word.toLowerCase());
  const [pid, image] = [words.indexOf("/pid"), words.indexOf("/im")].map((at) =>
    at < 0 ? undefined : call.args[at + 1],
  );
  const wanted = pid ?? image ?? "";
  const found = running(call).filter(
    (service) => String(service.pid) === pid || processName(service).toUpperCase() === image?.toUpperCase(),
  );
  if (found.length === 0) {
    call.err(`ERROR: The process "${wanted}" not found.\r\n`);
    return 128;
  }
  for (const service of found) {
    const who =
      pid === undefined ? `"${processName(service)}" with PID ${service.pid}` : `with PID ${service.pid}`;
    if (!may(call.shell.user, "kill-processes", service.name)) {
      call.err(`ERROR: The process ${who} could not be terminated.\r\nReason: Access is denied.\r\n`);
      return 1;
    }
    if (!words.includes("/f")) {
      call.err(
        `ERROR: The process ${who} could not be terminated.\r\nReason: This process can only be terminated forcefully (with /F option).\r\n`,
      );
      return 1;
    }
    await call.shell.host.services.kill(service.name);
    call.out(`SUCCESS: The process ${who} has been terminated.\r\n`);
  }
  return 0;
};

/** `ipconfig /flushdns`. */
export const ipconfig: Command = (call) => {
  call.out("\r\nWindows IP Configuration\r\n\r\n");
  if (call.args[0]?.toLowerCase() === "/flushdns")
    call.out("Successfully flushed the DNS Resolver Cache.\r\n");
  else
    call.out(
      `Ethernet adapter Ethernet:\r\n\r\n   IPv4 Address. . . . . . . . . . . : ${call.shell.host.identity.address}\r\n`,
    );
  return 0;
};

/** `fsutil volume diskfree D:`; a drive that was made full has no byte left. */
export const fsutil: Command = (call) => {
  const [noun, verb, drive = ""] = call.args;
  if (noun?.toLowerCase() !== "volume" || verb?.toLowerCase() !== "diskfree") {
    call.out("---- Commands Supported ----\r\n\r\nvolume diskfree\r\n");
    return 1;
  }
  const { disk } = call.shell.host;
  const letter = absolutePath(drive, call.shell.folder).charAt(0);
  const free = disk.volumes().find(({ drive: one }) => one === letter)?.freeBytes;
  if (free === undefined) {
    call.out(`Error:  ${win32Text(3)}\r\n`);
    return 1;
  }
  const line = (title: string, bytes: number): string =>
    `${title.padEnd(30)}: ${bytes.toLocaleString("en-US").padStart(19)}\r\n`;
  call.out(
    line("Total free bytes", free) +
      line("Total bytes", 100 * 1024 ** 3) +
      line("Total quota free bytes", free),
  );
  return 0;
};
