import type { BlobPlace, SqlPlace } from "../../model/journal-ref.ts";

/** The database that keeps a journal in SQL Server where the estate names no other: that of the facts about databases. */
export const defaultDatabase = "ParallelStandby";

/** Name of a journal's place in SQL Server, for messages. */
export const sqlPlaceName = ({ address, port = 1433, database = defaultDatabase }: SqlPlace): string =>
  `database ${database} on ${address}:${String(port)}`;

/** Name of a journal's place in Azure storage, for messages. */
export const blobPlaceName = ({ container, name = "journal" }: BlobPlace): string => `${container}/${name}`;
