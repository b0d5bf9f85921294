import * as z from "zod";
import type { Problem } from "./part.ts";
import { SecretRef } from "./secret.ts";
import { shape } from "./shape.ts";

/** A second folder, on another disk or server at the standby side or in a third place, that gets every entry too. Default: none. */
const mirror = z.string().min(1).optional();
/**
 * Folder for what is kept beside a journal that lies in no folder: captured rows, reports. They are the runner's own;
 * rows are kept on the SQL Servers too. Default: `journal`, beside Pulumi.yaml.
 */
const keep = z.string().min(1).optional();

const InFolder = z.strictObject({
  /** Folder of the runner, or a share at the standby side. */
  folder: z.string().min(1),
  mirror,
});

/** How the SQL Server that keeps a journal is reached: all of it stands here, since the journal is read before any facts are known. */
const SqlPlace = z.strictObject({
  /** Name or address of the SQL Server at the standby site, or in a third place. Not an alias: an alias moves. */
  address: z.string().min(1),
  /** TCP port. Default: 1433. */
  port: z.int().min(1).max(65535).optional(),
  /** A SQL login with the rights of docs/permissions.md. */
  user: z.string().min(1),
  /** The login's password. */
  password: SecretRef,
  /** False only where SQL Server has no certificate and the path is private. Default: true. */
  encrypt: z.boolean().optional(),
  /** False where its certificate is to be checked. Default: true, as for servers. */
  trustServerCertificate: z.boolean().optional(),
  /** The database with the journal's tables; one for each estate. It is made where it is missing. Default: ParallelStandby. */
  database: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_$#@ .-]{0,127}$/, {
      error: "is no name of a database made of letters, digits, _ $ # @ . - and blanks",
    })
    .optional(),
});
/** The same, as steps use it. */
export type SqlPlace = z.infer<typeof SqlPlace>;

const InSql = z.strictObject({ sql: SqlPlace, mirror, keep });

/** How the Azure storage that keeps a journal is reached. */
const BlobPlace = z.strictObject({
  /** Address of a container that holds this journal: `https://stdr.blob.core.windows.net/journal`. It is made where it is missing. */
  container: z.string().regex(/^(https:\/\/[^/?#]+|http:\/\/127\.[^/?#]+\/[^/?#]+)\/[a-z0-9$-]{3,63}$/, {
    error:
      "is no address of a container. Write its https address without a slash at the end, such as https://ACCOUNT.blob.core.windows.net/journal",
  }),
  /** Folder of the container: one for each estate. Default: journal. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,60}$/, { error: "is no name of letters, digits, _ and -" })
    .optional(),
  /** The storage account's key. Default: none; then the runner's own Azure identity is used, which is better. */
  key: SecretRef.optional(),
});
/** The same, as steps use it. */
export type BlobPlace = z.infer<typeof BlobPlace>;

const InBlob = z.strictObject({ blob: BlobPlace, mirror, keep });

/** Where a journal is kept, as the estate writes it. A relative folder is relative to the folder of Pulumi.yaml. */
export const JournalRef = z.union([InFolder, InSql, InBlob]);
export type JournalRef = z.infer<typeof JournalRef>;

/** What is wrong with the place of a journal, by the kind of place that was meant. */
export function journalProblems(written: unknown): readonly Problem[] {
  const at = "estate.journal";
  if (written === undefined || written === null || typeof written !== "object")
    return [{ at, says: "it is missing", write: '{ folder: "journal" }, as docs/journal.md shows' }];
  return shape(at, "sql" in written ? InSql : "blob" in written ? InBlob : InFolder, written);
}

/** The folder in which files are kept beside the journal, as the estate writes it. */
export const keptIn = (ref: JournalRef): string => ("folder" in ref ? ref.folder : (ref.keep ?? "journal"));
