import type { ContainerClient } from "@azure/storage-blob";
import { JournalError } from "../../../journal/chain.ts";
import type { BlobPlace } from "../../../model/journal-ref.ts";
import { optionalPackage } from "../../optional-package.ts";

/** How long one answer may take, and how often it is asked for. Milliseconds. */
const answerMs = 6_000;
const triesAtMost = 2;
/** How long one request may take in all. Milliseconds. */
const requestMs = 15_000;

/** The container, by the account's key or by the runner's own identity. Nothing is sent yet. */
export async function containerOf(
  { container }: BlobPlace,
  key: (() => Promise<string>) | undefined,
): Promise<ContainerClient> {
  const what = "a journal in Azure storage";
  const { ContainerClient, StorageSharedKeyCredential } = await optionalPackage(
    "@azure/storage-blob",
    () => import("@azure/storage-blob"),
    what,
  );
  const options = {
    retryOptions: {
      maxTries: triesAtMost,
      tryTimeoutInMs: answerMs,
      retryDelayInMs: 300,
      maxRetryDelayInMs: 1_000,
    },
  };
  if (key)
    return new ContainerClient(
      container,
      new StorageSharedKeyCredential(accountIn(container), await key()),
      options,
    );
  const { DefaultAzureCredential } = await optionalPackage(
    "@azure/identity",
    () => import("@azure/identity"),
    what,
  );
  return new ContainerClient(container, new DefaultAzureCredential(), options);
}

/** The storage account in the address of a container: the first part of its name, or of the path where that is an IP address. */
function accountIn(container: string): string {
  const { hostname, pathname } = new URL(container);
  return (/^[\d.]+$/.test(hostname) ? pathname.split("/")[1] : hostname.split(".")[0]) ?? "";
}

/** The limit of one request. */
export const limit = (): AbortSignal => AbortSignal.timeout(requestMs);

/** Azure's name for why it refused: AppendPositionConditionNotMet, BlobNotFound; "" for anything else. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const details =
    "details" in error ? (error.details as { readonly errorCode?: unknown } | undefined) : undefined;
  if (typeof details?.errorCode === "string") return details.errorCode;
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The HTTP status of a refusal; undefined where there was no answer. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;

/** Whether Azure refused for one of these reasons. */
export const isRefusal = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes(codeOf(error));

/** Every failure as a sentence that names the journal. */
export async function saying<T>(
  place: string,
  what: "read" | "written" | "begun anew",
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw new JournalError(`the journal in ${place} cannot be ${what}: ${why(error)}`, { cause: error });
  }
}

function why(error: unknown): string {
  const status = statusOf(error);
  const code = codeOf(error);
  if (status === 403 || status === 401)
    return `Azure refuses this account (${code}). Give its identity the role Storage Blob Data Contributor on the container, or look at the key and at the storage account's network rules`;
  if (error instanceof Error && /Credential|Authentication/.test(error.name))
    return 'this machine has no Azure identity. Run "az login", or give it a managed identity';
  if (status !== undefined) return `Azure answers ${String(status)} ${code}`;
  if (error instanceof Error && (error.name === "AbortError" || code === "ABORT_ERR"))
    return `it did not answer within ${String(requestMs / 1000)} s. Look at the network`;
  const says = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return `it does not answer (${says}). Look at its address and at the network`;
}
