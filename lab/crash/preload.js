/**
 * Loaded before every Node program of a lab in which steps are to be killed (NODE_OPTIONS); LAB_CRASH names a folder.
 * A cutover's step writes its process number to `begun/`. One that comes to a point named in its `points.json` for the first time writes its process number to
 * `reached/` and stands still there until somebody kills it, or lets it go on with a file of that name in `go/`.
 *
 * The points are put into the text of the product's own runner as it is loaded: nothing of them is in the product, and
 * where that text has changed so that a point has no place any more, the program ends with an error.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import dgram from "node:dgram";
import net from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { withPoints } from "./edits.ts";

const folder = process.env["LAB_CRASH"];

/** How long a write needs to be on its way once it was handed over, and how often the network is looked at. Milliseconds. */
const sentMs = 5;
const lookMs = 1;

/** Everything this process has sent: bytes of its connections, and datagrams. */
const sockets = new Set();
let datagrams = 0;
const sent = () => [...sockets].reduce((sum, s) => sum + s.bytesWritten, datagrams);

function standStill(file) {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(file)) Atomics.wait(nobody, 0, 0, 20);
}

/** Whether this step is to stand still at that point: the first to come there. */
function isWanted(point) {
  const { step } = globalThis.labCrash;
  if (step === undefined) return undefined;
  const points = JSON.parse(readFileSync(join(folder, "points.json"), "utf8"));
  const name = encodeURIComponent(`${step} ${point}`);
  return points.includes(point) && !existsSync(join(folder, "reached", name)) ? name : undefined;
}

function at(point) {
  const name = isWanted(point);
  if (name === undefined) return;
  try {
    writeFileSync(join(folder, "reached", name), String(process.pid), { flag: "wx" });
  } catch {
    return;
  }
  standStill(join(folder, "go", name));
}

/** Stands still when the act's first command is on its way to a server; at its end where it asks none. */
async function inAct(act) {
  if (isWanted("in act") === undefined) return await act();
  const before = sent();
  let isOver = false;
  const acting = act().finally(() => (isOver = true));
  acting.catch(() => undefined);
  while (!isOver && sent() === before) await pause(lookMs);
  if (!isOver) await pause(sentMs);
  at("in act");
  return await acting;
}

if (folder !== undefined) {
  const begin = (step) => {
    globalThis.labCrash.step = step;
    writeFileSync(join(folder, "begun", String(process.pid)), step);
  };
  globalThis.labCrash = { step: undefined, begin, at, inAct };
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    sockets.add(this);
    return connect.apply(this, args);
  };
  const { send } = dgram.Socket.prototype;
  dgram.Socket.prototype.send = function (...args) {
    datagrams += 1;
    return send.apply(this, args);
  };
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      return url.includes("/steps/")
        ? { ...loaded, source: withPoints(url, Buffer.from(loaded.source).toString("utf8")) }
        : loaded;
    },
  });
}
