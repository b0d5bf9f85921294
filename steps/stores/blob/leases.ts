import type { BlobClient, ContainerClient } from "@azure/storage-blob";
import { createHash } from "node:crypto";
import type { HeldLease, LeaseTable, WantedLease } from "../../../journal/leases.ts";
import { poll } from "../../poll.ts";
import { isRefusal, limit, statusOf } from "./container.ts";

/** What a blob's lease may last at least and at most (Microsoft, "Lease Blob"). Seconds. */
const shortestSec = 15;
const longestSec = 60;

/** What Azure answers where somebody else was faster, or has it. */
const taken = [
  "LeaseAlreadyPresent",
  "LeaseIdMissing",
  "LeaseIdMismatchWithLeaseOperation",
  "LeaseIdMismatchWithBlobOperation",
  "LeaseNotPresentWithLeaseOperation",
  "LeaseNotPresentWithBlobOperation",
  "LeaseLost",
  "LeaseIsBrokenAndCannotBeRenewed",
  "LeaseIsBreakingAndCannotBeAcquired",
  "LeaseIsBreakingAndCannotBeChanged",
  "ConditionNotMet",
  "BlobNotFound",
];

/** Who holds a lease that has just been taken: a holder says who it is right after that. */
const untold = "somebody";
const isTold = (held: HeldLease | undefined): boolean =>
  held === undefined || held.isOver || held.who !== untold;
/** How long a holder is given to say who it is. One that died in between never does. */
const polling = { limitSec: 2, everyMs: 50 };

/** Metadata travel in headers: plain ASCII, names without dashes. */
const coded = (text: string): string => encodeURIComponent(text);
const decoded = (text: string | undefined): string => decodeURIComponent(text ?? "");

interface Properties {
  readonly etag?: string | undefined;
  readonly leaseState?: string | undefined;
  readonly lastModified?: Date | undefined;
}

function heldIn(
  name: string | undefined,
  { etag = "", leaseState, lastModified }: Properties,
  metadata: Readonly<Record<string, string>> = {},
): HeldLease {
  return {
    name: name ?? decoded(metadata["name"]),
    who: decoded(metadata["who"]) || untold,
    since: decoded(metadata["since"]) || (lastModified ?? new Date(0)).toISOString(),
    host: decoded(metadata["host"]),
    pid: Number(metadata["pid"] ?? 0),
    sign: `${etag} ${leaseState ?? ""}`,
    beatMs: Number(metadata["beatms"] ?? 0),
    isOver: leaseState !== "leased" && leaseState !== "breaking",
  };
}

/** Leases as blobs, each with a lease of Azure's own: its clock says when one is over. Who holds it stands in its metadata. */
export function blobLeases(container: () => Promise<ContainerClient>, folder: string): LeaseTable {
  const blobOf = async (name: string): Promise<BlobClient> =>
    (await container()).getBlobClient(`${folder}/leases/${createHash("sha256").update(name).digest("hex")}`);
  const unlessTaken = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (isRefusal(error, ...taken)) return false;
      throw error;
    }
  };
  const etagIn = (held: HeldLease): string => held.sign.split(" ")[0] ?? "";

  async function take(blob: BlobClient, wanted: WantedLease, ended: HeldLease | undefined): Promise<boolean> {
    const { name, who, host, pid, token, ttlMs, beatMs } = wanted;
    try {
      const made = { conditions: { ifNoneMatch: "*" }, abortSignal: limit() };
      await blob.getBlockBlobClient().upload("", 0, made);
    } catch (error) {
      if (!isRefusal(error, "BlobAlreadyExists", "LeaseIdMissing", "ConditionNotMet")) throw error;
    }
    const lease = blob.getBlobLeaseClient(token);
    return unlessTaken(async () => {
      // A holder on this machine that has ended: nobody else has taken it since, or its mark would be another.
      if (ended && !ended.isOver)
        await lease.breakLease(0, { conditions: { ifMatch: etagIn(ended) }, abortSignal: limit() });
      const seconds = Math.min(longestSec, Math.max(shortestSec, Math.ceil(ttlMs / 1000)));
      await lease.acquireLease(seconds, { abortSignal: limit() });
      const since = new Date().toISOString();
      await blob.setMetadata(
        {
          name: coded(name),
          who: coded(who),
          host: coded(host),
          since: coded(since),
          pid: String(pid),
          beatms: String(beatMs),
        },
        { conditions: { leaseId: token }, abortSignal: limit() },
      );
    });
  }

  const lookOnce = async (name: string): Promise<HeldLease | undefined> => {
    try {
      const found = await (await blobOf(name)).getProperties({ abortSignal: limit() });
      return heldIn(name, found, found.metadata);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  };

  return {
    hasOwnClock: true,
    look: (name) => poll(() => lookOnce(name), isTold, { ...polling, signal: limit() }),
    all: async () => {
      const found: HeldLease[] = [];
      const options = { prefix: `${folder}/leases/`, includeMetadata: true, abortSignal: limit() };
      try {
        for await (const { properties, metadata } of (await container()).listBlobsFlat(options))
          if (metadata?.["name"] !== undefined) found.push(heldIn(undefined, properties, metadata));
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
      return found;
    },
    take: async (wanted, ended) => {
      const blob = await blobOf(wanted.name);
      try {
        return await take(blob, wanted, ended);
      } catch (error) {
        if (!isRefusal(error, "ContainerNotFound")) throw error;
        await (await container()).createIfNotExists({ abortSignal: limit() });
        return take(blob, wanted, ended);
      }
    },
    renew: async ({ name, token }) => {
      const lease = (await blobOf(name)).getBlobLeaseClient(token);
      return unlessTaken(() => lease.renewLease({ abortSignal: limit() }));
    },
    remove: async ({ name, token }) => {
      const blob = await blobOf(name);
      await blob.delete({ conditions: { leaseId: token }, abortSignal: limit() });
    },
    clear: async (ended) => {
      const blob = await blobOf(ended.name);
      await blob.delete({ conditions: { ifMatch: etagIn(ended) }, abortSignal: limit() });
    },
  };
}
