/**
 * Loaded before every Node program that runs in the lab's environment (NODE_OPTIONS): its clock is the lab's. The
 * offset from the real time is read from the file that LAB_CLOCK names; the lab writes it whenever its clock is moved.
 * A program of another machine is given that machine's name (LAB_HOST), and how far its clock is ahead (LAB_AHEAD_MS).
 */
import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const file = process.env["LAB_CLOCK"];
const host = process.env["LAB_HOST"];
const aheadMs = Number(process.env["LAB_AHEAD_MS"] ?? 0);
const RealDate = Date;
/** How long a read offset is used, in real milliseconds: the clock is asked many times a millisecond. */
const staleMs = 100;
let offsetMs = 0;
let readAt = Number.NEGATIVE_INFINITY;

function now() {
  const at = performance.now();
  if (file !== undefined && at - readAt > staleMs) {
    readAt = at;
    try {
      offsetMs = Number(readFileSync(file, "utf8")) || 0;
    } catch {
      // The lab is being stopped or was never started: the last offset stays.
    }
  }
  return RealDate.now() + offsetMs + aheadMs;
}

class LabDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }
  static now() {
    return now();
  }
}

globalThis.Date = LabDate;

if (host !== undefined) {
  os.hostname = () => host;
  syncBuiltinESMExports();
}
