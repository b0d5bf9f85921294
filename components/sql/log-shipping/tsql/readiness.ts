import { text, texts } from "../../instance/tsql.ts";
import { factsDatabase } from "./identity.ts";

/** The files of databases with their sizes in MB; one being restored shows what its backup had. */
export const fileSizes = (databases: readonly string[]): string => `SELECT d.name AS [database],
  CONVERT(int, f.type) AS [type], f.physical_name AS [path], CONVERT(float, f.size) * 8 / 1024 AS [mb]
FROM sys.master_files AS f
JOIN sys.databases AS d ON d.database_id = f.database_id
WHERE d.name IN (${texts(databases)});`;

/** Free space of each local drive in MB. */
export const freeSpace = `DECLARE @drives TABLE (drive char(1), mbFree int);
INSERT INTO @drives EXEC master.sys.xp_fixeddrives;
SELECT drive AS [drive], mbFree AS [mb] FROM @drives;`;

/** Databases that people made: neither the system's, nor this library's own, nor those of replication and reports that are made anew. */
export const databasesOfPeople = `SELECT name AS [name] FROM sys.databases
WHERE database_id > 4 AND source_database_id IS NULL AND is_distributor = 0
  AND name NOT IN (${text(factsDatabase)}, N'ReportServerTempDB')
ORDER BY name;`;
