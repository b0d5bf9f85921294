import type { Call, Command } from "../cmd/shell.ts";
import type { Schedule, Task } from "../tasks.ts";
import { may } from "../users.ts";

const failed = (call: Call, text: string): number => {
  call.err(`ERROR: ${text}\r\n`);
  return 1;
};

interface Asked {
  readonly verb: string;
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

function understand(words: readonly string[]): Asked {
  const withValue = ["/tn", "/tr", "/sc", "/mo", "/st", "/sd", "/ru", "/rp", "/rl", "/fo"];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? "").toLowerCase();
    const next = words[at + 1];
    if (withValue.includes(word) && next !== undefined) {
      values.set(word, next);
      at++;
    } else flags.add(word);
  }
  const verb =
    ["/create", "/run", "/end", "/delete", "/change", "/query"].find((one) => flags.has(one)) ?? "/query";
  return { verb, values, flags };
}

const stamp = (call: Call, ms: number | undefined, none: string): string =>
  ms === undefined ? none : call.shell.host.localTime(ms).toFormat("M/d/yyyy h:mm:ss a");

const status = (task: Task): string => (task.running ? "Running" : task.enabled ? "Ready" : "Disabled");

function fields(call: Call, task: Task, verbose: boolean): readonly (readonly [string, string])[] {
  const host = call.shell.host.identity.name;
  const next = stamp(call, task.nextRunMs, "N/A");
  if (!verbose)
    return [
      ["TaskName", task.name],
      ["Next Run Time", next],
      ["Status", status(task)],
    ];
  return [
    ["HostName", host],
    ["TaskName", task.name],
    ["Next Run Time", next],
    ["Status", status(task)],
    ["Logon Mode", "Interactive/Background"],
    ["Last Run Time", stamp(call, task.lastRunMs, "11/30/1999 12:00:00 AM")],
    ["Last Result", String(task.lastResult)],
    ["Author", host],
    ["Task To Run", task.command],
    ["Scheduled Task State", task.enabled ? "Enabled" : "Disabled"],
    ["Run As User", task.user],
  ];
}

function query(call: Call, { values, flags }: Asked): number {
  const name = values.get("/tn");
  const { tasks } = call.shell.host;
  const one = name === undefined ? undefined : tasks.find(name);
  if (name !== undefined && !one) return failed(call, "The system cannot find the file specified.");
  if (flags.has("/xml") && one) {
    call.out(xmlOf(one));
    return 0;
  }
  const format = (values.get("/fo") ?? "TABLE").toUpperCase();
  const rows = (one ? [one] : tasks.list()).map((task) => fields(call, task, flags.has("/v")));
  const titles = rows[0]?.map(([title]) => title) ?? [];
  const withHead = !flags.has("/nh");
  if (format === "LIST") {
    for (const row of rows)
      call.out(`\r\n${row.map(([title, text]) => `${`${title}:`.padEnd(22)}${text}\r\n`).join("")}`);
  } else if (format === "CSV") {
    const line = (cells: readonly string[]): string =>
      `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\r\n`;
    if (withHead && rows.length > 0) call.out(line(titles));
    for (const row of rows) call.out(line(row.map(([, text]) => text)));
  } else {
    const widths = [40, 22, 15];
    const line = (cells: readonly string[]): string =>
      `${cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 20))
        .join(" ")
        .trimEnd()}\r\n`;
    call.out("\r\nFolder: \\\r\n");
    if (withHead && rows.length > 0)
      call.out(line(titles) + line(titles.map((_, at) => "=".repeat(widths[at] ?? 20))));
    for (const row of rows) call.out(line(row.map(([, text]) => text.replace(/^\\/, ""))));
  }
  return 0;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A task as `/query /xml` prints it (Task Scheduler schema 1.2): the program and its arguments apart. */
function xmlOf({ command, schedule, enabled, user }: Task): string {
  const [program = "", rest = ""] = /^("[^"]*"|\S+)\s*(.*)$/s.exec(command)?.slice(1) ?? [];
  const trigger =
    schedule.kind === "onstart"
      ? ["    <BootTrigger>", "      <Enabled>true</Enabled>", "    </BootTrigger>"]
      : [
          "    <TimeTrigger>",
          ...(schedule.kind === "every"
            ? [
                "      <Repetition>",
                `        <Interval>PT${String(schedule.minutes)}M</Interval>`,
                "        <StopAtDurationEnd>false</StopAtDurationEnd>",
                "      </Repetition>",
              ]
            : []),
          "      <Enabled>true</Enabled>",
          "    </TimeTrigger>",
        ];
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    "  <Triggers>",
    ...trigger,
    "  </Triggers>",
    "  <Principals>",
    '    <Principal id="Author">',
    `      <UserId>${/^system$/i.test(user) || user.endsWith("\\SYSTEM") ? "S-1-5-18" : escaped(user)}</UserId>`,
    "      <RunLevel>HighestAvailable</RunLevel>",
    "    </Principal>",
    "  </Principals>",
    "  <Settings>",
    `    <Enabled>${String(enabled)}</Enabled>`,
    "  </Settings>",
    '  <Actions Context="Author">',
    "    <Exec>",
    `      <Command>${escaped(program)}</Command>`,
    ...(rest === "" ? [] : [`      <Arguments>${escaped(rest)}</Arguments>`]),
    "    </Exec>",
    "  </Actions>",
    "</Task>",
    "",
  ].join("\r\n");
}

function scheduleOf({ values }: Asked): Schedule | undefined {
  const at = values.get("/st");
  const modifier = Number(values.get("/mo") ?? 1);
  switch (values.get("/sc")?.toLowerCase()) {
    case "onstart":
      return { kind: "onstart" };
    case "once": {
      const date = values.get("/sd");
      return at === undefined ? undefined : { kind: "once", at, ...(date === undefined ? {} : { date }) };
    }
    case "daily":
      return { kind: "daily", at: at ?? "00:00" };
    case "hourly":
      return { kind: "every", minutes: modifier * 60, ...(at === undefined ? {} : { at }) };
    case "minute":
      return { kind: "every", minutes: modifier, ...(at === undefined ? {} : { at }) };
    default:
      return undefined;
  }
}

async function create(call: Call, asked: Asked): Promise<number> {
  const { tasks } = call.shell.host;
  const [name, command] = [asked.values.get("/tn"), asked.values.get("/tr")];
  const schedule = scheduleOf(asked);
  if (name === undefined || command === undefined || !schedule) {
    return failed(call, 'Invalid syntax. Mandatory option missing.\r\nType "SCHTASKS /CREATE /?" for usage.');
  }
  if (tasks.find(name) && !asked.flags.has("/f")) {
    call.err(`WARNING: The task name "${name}" already exists. Do you want to replace it (Y/N)? `);
    if (!/^y/i.test((await call.input.line()) ?? "")) return 1;
  }
  tasks.create({ name, command, schedule, user: asked.values.get("/ru") ?? call.shell.user.name });
  call.out(`SUCCESS: The scheduled task "${name}" has successfully been created.\r\n`);
  return 0;
}

/** `schtasks` /query, /create, /run, /end, /change and /delete. A task runs its command line as SYSTEM on this host. */
export const schtasks: Command = async (call) => {
  const asked = understand(call.args);
  const { tasks } = call.shell.host;
  if (asked.verb === "/query") return query(call, asked);
  if (!may(call.shell.user, "manage-tasks")) return failed(call, "Access is denied.");
  if (asked.verb === "/create") return create(call, asked);
  const name = asked.values.get("/tn") ?? "";
  const task = tasks.find(name);
  if (!task) return failed(call, `The specified task name "${name}" does not exist in the system.`);
  switch (asked.verb) {
    case "/run":
      // The real tool starts it and does not wait.
      void tasks.run(task);
      call.out(`SUCCESS: Attempted to run the scheduled task "${name}".\r\n`);
      return 0;
    case "/end":
      call.out(`SUCCESS: The scheduled task "${name}" has been terminated successfully.\r\n`);
      task.running = false;
      return 0;
    case "/change":
      if (asked.flags.has("/enable")) tasks.enable(task, true);
      else if (asked.flags.has("/disable")) tasks.enable(task, false);
      else return failed(call, "Invalid syntax. At least one option must be specified.");
      call.out(`SUCCESS: The parameters of scheduled task "${name}" have been changed.\r\n`);
      return 0;
    default: {
      if (!asked.flags.has("/f")) {
        call.out(`WARNING: Are you sure you want to remove the task "${name}" (Y/N)? `);
        if (!/^y/i.test((await call.input.line()) ?? "")) return 1;
      }
      tasks.remove(name);
      call.out(`SUCCESS: The scheduled task "${name}" was successfully deleted.\r\n`);
      return 0;
    }
  }
};
