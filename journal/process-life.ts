import * as os from "node:os";

/** This process, as journals and leases name it. */
export const whoAmI = (): string => `${userName()}@${os.hostname()}#${String(process.pid)}`;

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return process.env["USERNAME"] ?? process.env["USER"] ?? "unknown";
  }
}

/** Whether no process of that number exists on this machine. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
