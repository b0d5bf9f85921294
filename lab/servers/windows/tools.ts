import type { Command } from "./cmd/shell.ts";
import { eventcreate } from "./tools/eventcreate.ts";
import { findstr } from "./tools/findstr.ts";
import { nltest, secedit } from "./tools/logon.ts";
import { net } from "./tools/net.ts";
import { reg } from "./tools/reg.ts";
import { robocopy } from "./tools/robocopy.ts";
import { sc } from "./tools/sc.ts";
import { schtasks } from "./tools/schtasks.ts";
import {
  fsutil,
  hostname,
  ipconfig,
  shutdown,
  taskkill,
  tasklist,
  w32tm,
  whoami,
  wmic,
} from "./tools/system.ts";
import { wevtutil } from "./tools/wevtutil.ts";

/** The programs that every Windows server of the lab has. PowerShell is not among them. */
export const nativeTools: readonly (readonly [string, Command])[] = [
  ["sc", sc],
  ["net", net],
  ["reg", reg],
  ["robocopy", robocopy],
  ["wevtutil", wevtutil],
  ["schtasks", schtasks],
  ["eventcreate", eventcreate],
  ["findstr", findstr],
  ["hostname", hostname],
  ["whoami", whoami],
  ["w32tm", w32tm],
  ["wmic", wmic],
  ["shutdown", shutdown],
  ["tasklist", tasklist],
  ["taskkill", taskkill],
  ["ipconfig", ipconfig],
  ["fsutil", fsutil],
  ["nltest", nltest],
  ["secedit", secedit],
];
