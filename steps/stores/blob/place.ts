import type { AppendBlobClient, ContainerClient } from "@azure/storage-blob";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { JournalError } from "../../../journal/chain.ts";
import type { LeaseTable } from "../../../journal/leases.ts";
import type { Seen, SeenPlace } from "../../../journal/seen-store.ts";
import type { BlobPlace } from "../../../model/journal-ref.ts";
import { blobPlaceName } from "../names.ts";
import { blocksOf, longestBlock, mostBlocks } from "./blocks.ts";
import { containerOf, isRefusal, limit, saying, statusOf } from "./container.ts";
import { blobLeases } from "./leases.ts";

/** Where a text ends that was seen. */
interface Mark {
  /** Folder of its blobs. Breaking glass and restoring begin another one, and keep this. */
  readonly chain: string;
  /** Of the blob that names the chain; absent where the first one is still in use. */
  readonly chainTag?: string;
  /** Number of the last blob that is there; 0: none. */
  readonly blob: number;
  readonly size: number;
  readonly blocks: number;
  readonly madeAtMs: number;
}

/** How long a command that begins the journal anew is waited for. Milliseconds. */
const restartMs = 3_000;

/**
 * A journal as append blobs, one block a line. A block is added only where the blob ends where its writer has seen it
 * end; before a blob is full the chain goes on in the next one. `blocksAtMost` is for tests.
 */
export function blobPlace(
  at: BlobPlace,
  key: (() => Promise<string>) | undefined,
  blocksAtMost = mostBlocks,
): SeenPlace {
  const place = blobPlaceName(at);
  const folder = at.name ?? "journal";
  let opened: Promise<ContainerClient> | undefined;
  const container = (): Promise<ContainerClient> => (opened ??= containerOf(at, key));
  const blobOf = async (chain: string, n: number): Promise<AppendBlobClient> =>
    (await container()).getAppendBlobClient(`${folder}/${chain}/${String(n).padStart(6, "0")}.jsonl`);
  const pointer = async () => (await container()).getBlockBlobClient(`${folder}/chain`);
  let known: { readonly text: string; readonly mark: Mark } | undefined;

  async function chainNow(): Promise<Pick<Mark, "chain" | "chainTag">> {
    try {
      const blob = await pointer();
      const { etag = "" } = await blob.getProperties({ abortSignal: limit() });
      const text = await blob.downloadToBuffer(0, undefined, {
        conditions: { ifMatch: etag },
        abortSignal: limit(),
      });
      return { chain: text.toString("utf8"), chainTag: etag };
    } catch (error) {
      if (statusOf(error) === 404) return { chain: "1" };
      // It was changed between the two: what is there now is looked at again.
      if (statusOf(error) === 412) return chainNow();
      throw error;
    }
  }

  async function endOf(
    chain: string,
    n: number,
  ): Promise<Pick<Mark, "size" | "blocks" | "madeAtMs"> | undefined> {
    try {
      const found = await (await blobOf(chain, n)).getProperties({ abortSignal: limit() });
      return {
        size: found.contentLength ?? 0,
        blocks: found.blobCommittedBlockCount ?? 0,
        madeAtMs: found.createdOn?.getTime() ?? 0,
      };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  async function textOf(chain: string, n: number, from: number, to: number): Promise<string> {
    if (to <= from) return "";
    const bytes = await (await blobOf(chain, n)).downloadToBuffer(from, to - from, { abortSignal: limit() });
    return bytes.toString("utf8");
  }

  async function read(): Promise<Seen> {
    const now = await chainNow();
    let text = "";
    let mark: Mark = { ...now, blob: 0, size: 0, blocks: 0, madeAtMs: 0 };
    const before = known;
    if (before && before.mark.blob > 0 && before.mark.chain === now.chain) {
      const end = await endOf(now.chain, before.mark.blob);
      // One that was taken away and made anew is another one, however long it is.
      if (end && end.madeAtMs === before.mark.madeAtMs && end.size >= before.mark.size) {
        text = before.text + (await textOf(now.chain, before.mark.blob, before.mark.size, end.size));
        mark = { ...now, blob: before.mark.blob, ...end };
      }
    }
    while (mark.blob === 0 || mark.blocks >= blocksAtMost) {
      const end = await endOf(now.chain, mark.blob + 1);
      if (!end) break;
      mark = { ...now, blob: mark.blob + 1, ...end };
      text += await textOf(now.chain, mark.blob, 0, end.size);
    }
    known = { text, mark };
    return known;
  }

  async function made(blob: AppendBlobClient): Promise<void> {
    const create = () => blob.create({ conditions: { ifNoneMatch: "*" }, abortSignal: limit() });
    try {
      await create();
    } catch (error) {
      if (isRefusal(error, "ContainerNotFound")) {
        await (await container()).createIfNotExists({ abortSignal: limit() });
        await made(blob);
      } else if (!isRefusal(error, "BlobAlreadyExists", "LeaseIdMissing")) throw error;
    }
  }

  async function add(line: string, { chain, blob: last, size, blocks }: Mark): Promise<boolean> {
    const bytes = Buffer.from(`${line}\n`);
    if (bytes.length > longestBlock)
      throw new JournalError(
        `the journal in ${place} was not written: an entry of ${String(bytes.length)} bytes is longer than Azure takes at once (${String(longestBlock)}). Keep this journal in a folder or in SQL Server`,
      );
    const isNew = last === 0 || blocks >= blocksAtMost;
    const blob = await blobOf(chain, isNew ? last + 1 : last);
    if (isNew) await made(blob);
    try {
      await blob.appendBlock(bytes, bytes.length, {
        conditions: { appendPosition: isNew ? 0 : size },
        abortSignal: limit(),
      });
      return true;
    } catch (error) {
      if (isRefusal(error, "AppendPositionConditionNotMet", "BlobNotFound")) return false;
      if (!isRefusal(error, "LeaseIdMissing")) throw error;
      await wait(restartMs);
      if ((await chainNow()).chain !== chain) return false;
      throw new JournalError(
        `the journal in ${place} was not written: "journal break-glass" or "journal restore" is at work on it, or was broken off. Where nobody is at it, type that again`,
      );
    }
  }

  /** Nobody adds to that blob any more. Undefined where it is no longer as it was seen. */
  async function closed(seen: Mark): Promise<{ open(): Promise<void> } | undefined> {
    const blob = await blobOf(seen.chain, Math.max(1, seen.blob));
    if (seen.blob === 0) await made(blob);
    const lease = blob.getBlobLeaseClient(randomUUID());
    await lease.breakLease(0, { abortSignal: limit() }).catch((error: unknown) => {
      if (!isRefusal(error, "LeaseNotPresentWithLeaseOperation")) throw error;
    });
    await lease.acquireLease(-1, { abortSignal: limit() });
    const open = async (): Promise<void> => {
      await lease.releaseLease({ abortSignal: limit() });
    };
    const end = await endOf(seen.chain, Math.max(1, seen.blob));
    if (end?.size === seen.size && (await chainNow()).chain === seen.chain) return { open };
    await open();
    return undefined;
  }

  async function replace(text: string, seen: Mark): Promise<readonly string[] | undefined> {
    const old = await closed(seen);
    if (!old) return undefined;
    const chain = `${String(Number.parseInt(seen.chain, 10) + 1)}-${randomUUID().slice(0, 8)}`;
    try {
      const blob = await blobOf(chain, 1);
      await made(blob);
      for (const block of blocksOf(text))
        await blob.appendBlock(block, block.length, { abortSignal: limit() });
      const conditions = seen.chainTag === undefined ? { ifNoneMatch: "*" } : { ifMatch: seen.chainTag };
      await (await pointer()).upload(chain, chain.length, { conditions, abortSignal: limit() });
    } catch (error) {
      // Where another one was faster, the old blobs stay closed.
      if ((await chainNow()).chain === seen.chain) await old.open().catch(() => undefined);
      if (isRefusal(error, "ConditionNotMet", "BlobAlreadyExists")) return undefined;
      throw error;
    }
    // The old blobs stay closed: whoever has seen them last reads the new ones first.
    return seen.blob === 0 ? [] : [`${place}/${seen.chain}/`];
  }

  return {
    place,
    read: () => saying(place, "read", read),
    add: (line, { mark }) => saying(place, "written", () => add(line, mark as Mark)),
    replace: (text, { mark }) => saying(place, "begun anew", () => replace(text, mark as Mark)),
    leases: inSentences(place, blobLeases(container, folder)),
  };
}

const inSentences = (place: string, table: LeaseTable): LeaseTable => ({
  hasOwnClock: table.hasOwnClock,
  look: (name) => saying(place, "read", () => table.look(name)),
  all: () => saying(place, "read", () => table.all()),
  take: (wanted, ended) => saying(place, "written", () => table.take(wanted, ended)),
  renew: (mine) => saying(place, "written", () => table.renew(mine)),
  remove: (mine) => saying(place, "written", () => table.remove(mine)),
  clear: (ended) => saying(place, "written", () => table.clear(ended)),
});
