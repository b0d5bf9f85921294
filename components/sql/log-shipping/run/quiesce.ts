import type { Io } from "../../../../steps/act.ts";
import { sshTo } from "../../../../steps/transports/ssh.ts";
import { serviceRunnables } from "../../../windows/service-acts.ts";
import { serviceState } from "../../../windows/services.ts";
import { startService, stopService } from "../../../windows/verbs.ts";
import type { Quiesced } from "../facts.ts";

/**
 * Does work while services stand still, and starts them again however it ends: also those that an earlier run, broken
 * off, had left stopped. A disabled one stays as it is.
 */
export async function quiesced(
  services: readonly Quiesced[],
  io: Io,
  work: () => Promise<void>,
): Promise<void> {
  try {
    for (const { host, service } of services)
      await runVerb(stopService.name, { host, service, disable: false }, io);
    await work();
  } finally {
    for (const { host, service } of services.toReversed()) {
      const found = await serviceState(await sshTo(host, io), service);
      const startType = found?.startType;
      if (startType === "auto" || startType === "manual" || startType === "delayed-auto")
        await runVerb(startService.name, { host, service, startType }, io);
    }
  }
}

async function runVerb(name: string, args: unknown, io: Io): Promise<void> {
  const bound = serviceRunnables.find((r) => r.name === name)?.bind(args);
  if (!bound) throw new Error(`no code for ${name}`);
  if ((await bound.check(io)).there) return;
  await bound.act?.(io);
  const after = await bound.check(io);
  if (!after.there) throw new Error(`${after.says}; expected: ${after.expected}`);
}
