import { ident, text } from "../sql/instance/tsql.ts";

/** The keys by which K2 encrypts parts of its database, and the table that proves that they open. */
export interface KeyNames {
  readonly symmetricKey: string;
  readonly certificate: string;
  readonly proof: {
    readonly schema: string;
    readonly table: string;
    /** The column that holds encrypted values, where `flag` is 1. */
    readonly value: string;
    readonly flag: string;
  };
}

const proofTable = (database: string, { proof }: KeyNames): string =>
  `${ident(database)}.${ident(proof.schema)}.${ident(proof.table)}`;

/**
 * What keys a database has: 1 or 0 each. `canProve` is 1 where the table with encrypted values is there and holds them
 * as bytes, which is what a key decrypts.
 */
export const keysOf = (database: string, names: KeyNames): string => {
  const sys = `${ident(database)}.sys`;
  return `SELECT
  (SELECT COUNT(*) FROM ${sys}.symmetric_keys WHERE name = N'##MS_DatabaseMasterKey##') AS [masterKey],
  (SELECT COUNT(*) FROM ${sys}.symmetric_keys WHERE name = ${text(names.symmetricKey)}) AS [symmetricKey],
  (SELECT COUNT(*) FROM ${sys}.certificates WHERE name = ${text(names.certificate)}) AS [certificate],
  (SELECT CONVERT(int, d.is_master_key_encrypted_by_server) FROM sys.databases AS d WHERE d.name = ${text(database)}) AS [byServer],
  (SELECT COUNT(*) FROM ${sys}.columns AS c
    JOIN ${sys}.types AS t ON t.user_type_id = c.system_type_id
    WHERE c.object_id = OBJECT_ID(${text(proofTable(database, names))}, N'U')
      AND c.name = ${text(names.proof.value)} AND t.name IN (N'varbinary', N'binary')) AS [canProve];`;
};

/** Opens K2's key through its certificate and closes it again: error 15581 where the master key does not open by itself. */
export const openKey = (database: string, { symmetricKey, certificate }: KeyNames): string =>
  `USE ${ident(database)};
OPEN SYMMETRIC KEY ${ident(symmetricKey)} DECRYPTION BY CERTIFICATE ${ident(certificate)};
CLOSE SYMMETRIC KEY ${ident(symmetricKey)};`;

/** Opens K2's key and counts the encrypted values that it does not decrypt. */
export const undecryptable = (database: string, names: KeyNames): string =>
  `USE ${ident(database)};
OPEN SYMMETRIC KEY ${ident(names.symmetricKey)} DECRYPTION BY CERTIFICATE ${ident(names.certificate)};
SELECT COUNT(*) AS [unreadable] FROM ${proofTable(database, names)}
WHERE ${ident(names.proof.flag)} = 1 AND ${ident(names.proof.value)} IS NOT NULL AND DECRYPTBYKEY(${ident(names.proof.value)}) IS NULL;
CLOSE SYMMETRIC KEY ${ident(names.symmetricKey)};`;

/** Tries a master key's password: opens the key for a moment. Error 15313 where it is another password. */
export const tryMasterKey = (database: string, password: string): string =>
  `USE ${ident(database)};
OPEN MASTER KEY DECRYPTION BY PASSWORD = ${text(password)};
CLOSE MASTER KEY;`;

/**
 * Makes this instance open the database's master key by itself: a copy of the key is encrypted by the instance's own
 * service master key. The copy that came with the backup is encrypted by the other instance's.
 */
export const protectMasterKey = (database: string, password: string): string =>
  `USE ${ident(database)};
OPEN MASTER KEY DECRYPTION BY PASSWORD = ${text(password)};
ALTER MASTER KEY ADD ENCRYPTION BY SERVICE MASTER KEY;
CLOSE MASTER KEY;`;
