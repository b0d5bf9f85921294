import * as z from "zod";
import { verb } from "../../model/verb.ts";

const host = z.string().min(1);

/** A service's key name, as `sc` takes it: `K2 blackpearl Server`. Not its display name. */
export const ServiceName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^"%/\\\r\n]+$/, {
    error: "is no name of a Windows service. Write its key name, as sc qc shows it",
  });

/** Seconds in which a service must have stopped or started. */
const waitSec = z.int().positive().optional();

/** Stops a service and, unless it says otherwise, disables it, so that nothing starts it again. Waits 150 s, or `waitSec`. */
export const stopService = verb(
  "windows/stop-service",
  z.strictObject({ host, service: ServiceName, disable: z.boolean(), waitSec }),
  240,
  "passive",
  20,
);

/** Sets the start type and starts a service. Waits 240 s, or `waitSec`. Running is not ready: see `waitPort`. */
export const startService = verb(
  "windows/start-service",
  z.strictObject({
    host,
    service: ServiceName,
    startType: z.enum(["auto", "manual", "delayed-auto"]),
    waitSec,
  }),
  300,
  undefined,
  30,
);

/** Waits until something listens on a TCP port of a host. */
export const waitPort = verb(
  "windows/wait-port",
  z.strictObject({ host, port: z.int().min(1).max(65535) }),
  300,
  "either",
  45,
);

/**
 * Looks whether the host is reached, the service is there, and the SSH user may change it. For the last, the start
 * type that it has is set once more, which changes nothing but needs the right.
 */
export const serviceExists = verb(
  "windows/service-exists",
  z.strictObject({ host, service: ServiceName }),
  60,
  "either",
);

/**
 * Puts the guard on a server, sees it run, and only then gives the services that it starts the start type manual; what is
 * disabled stays so. What runs goes on.
 */
export const installGuard = verb(
  "windows/install-guard",
  z.strictObject({
    host,
    estate: z.string().min(1),
    services: z.array(z.strictObject({ service: ServiceName, exclusive: z.boolean() })),
    /** Shares outside of the server's own site. */
    witnesses: z.array(z.string().min(1)),
    leaseHours: z.int().positive(),
  }),
  180,
  "either",
);

/**
 * Removes a guard from a server that an estate has left behind: start types of what it held back first, then its tasks,
 * its files, and itself last. What runs goes on, what stands still stays so. Nothing where no guard stands.
 */
export const removeGuard = verb(
  "windows/remove-guard",
  z.strictObject({
    host,
    estate: z.string().min(1),
    /** Which of the estate's services it may have held back, and how Windows is to start them then. */
    services: z.array(
      z.strictObject({
        service: ServiceName,
        startType: z.enum(["auto", "delayed-auto", "manual", "disabled"]),
      }),
    ),
  }),
  180,
  "either",
);

/** Deallocates the Azure VM of a host at the old site: nothing there can write any more. */
export const deallocateHost = verb("windows/deallocate", z.strictObject({ host }), 900, undefined, 120);

/** Deallocates the Azure VM of a host whose site is passive: it costs its disks only. */
export const parkHost = verb("windows/park", z.strictObject({ host }), 900, "passive", 120);

/** Starts the Azure VM of a host and waits until it answers SSH. */
export const startHost = verb("windows/start-host", z.strictObject({ host }), 900, undefined, 180);
