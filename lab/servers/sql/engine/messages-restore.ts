import type { Entry } from "./messages.ts";

const stopLater =
  "The database is being left in the restoring state so that more roll forward can be performed.";

/** Messages of BACKUP and RESTORE; texts as in sys.messages. */
export const restoreMessages: Readonly<Record<number, Entry>> = {
  948: [
    20,
    1,
    "The database '%' cannot be opened because it is version %. This server supports version % and earlier. A downgrade path is not supported.",
  ],
  3002: [16, 1, "Cannot BACKUP or RESTORE a database snapshot."],
  3013: [16, 1, "% is terminating abnormally."],
  3014: [0, 1, "% successfully processed % pages in % seconds (% MB/sec)."],
  3021: [16, 0, "Cannot perform a backup or restore operation within a transaction."],
  3023: [
    16,
    2,
    "Backup, file manipulation operations (such as ALTER DATABASE ADD FILE) and encryption changes on a database must be serialized. Reissue the statement after the current backup or file manipulation operation is completed.",
  ],
  3032: [
    16,
    2,
    "One or more of the options (%) are not supported for this statement. Review the documentation for supported options.",
  ],
  3035: [
    16,
    1,
    'Cannot perform a differential backup for database "%", because a current database backup does not exist. Perform a full database backup by reissuing BACKUP DATABASE, omitting the WITH DIFFERENTIAL option.',
  ],
  3036: [
    16,
    1,
    'The database "%" is in warm-standby state (set by executing RESTORE WITH STANDBY) and cannot be backed up until the entire restore sequence is completed.',
  ],
  3101: [16, 1, "Exclusive access could not be obtained because the database is in use."],
  3102: [
    16,
    1,
    "% cannot process database '%' because it is in use by this session. It is recommended that the master database be used when performing this operation.",
  ],
  3104: [
    16,
    1,
    "RESTORE cannot operate on database '%' because it is configured for database mirroring or has joined an availability group. If you intend to restore the database, use ALTER DATABASE to remove mirroring or to remove the database from its availability group.",
  ],
  3110: [14, 1, "User does not have permission to RESTORE database '%'."],
  3117: [
    16,
    1,
    "The log or differential backup cannot be restored because no files are ready to rollforward.",
  ],
  3118: [
    16,
    1,
    'The database "%" does not exist. RESTORE can only create a database when restoring either a full backup or a file backup of the primary file.',
  ],
  3119: [
    16,
    1,
    "Problems were identified while planning for the RESTORE statement. Previous messages provide details.",
  ],
  3120: [
    16,
    1,
    "This backup set will not be restored because all data has already been restored to a point beyond the time covered by this backup set.",
  ],
  3135: [16, 1, "The backup set in file '%' was created by % and cannot be used for this restore operation."],
  3136: [
    16,
    1,
    "This differential backup cannot be restored because the database has not been restored to the correct earlier state.",
  ],
  3141: [
    16,
    1,
    "The database to be restored was named '%'. Reissue the statement using the WITH REPLACE option to overwrite the '%' database.",
  ],
  3145: [16, 1, "The STOPAT option is not supported for databases that use the SIMPLE recovery model."],
  3147: [16, 3, "Backup and restore operations are not allowed on database tempdb."],
  3153: [16, 1, "The database is already fully recovered."],
  3154: [16, 4, "The backup set holds a backup of a database other than the existing '%' database."],
  3156: [
    16,
    4,
    "File '%' cannot be restored to '%'. Use WITH MOVE to identify a valid location for the file.",
  ],
  3159: [
    16,
    1,
    'The tail of the log for the database "%" has not been backed up. Use BACKUP LOG WITH NORECOVERY to backup the log if it contains work you do not want to lose. Use the WITH REPLACE or WITH STOPAT clause of the RESTORE statement to just overwrite the contents of the log.',
  ],
  3169: [
    16,
    1,
    "The database was backed up on a server running version %. That version is incompatible with this server, which is running version %. Either restore the database on a server that supports the backup, or use a backup that is compatible with this server.",
  ],
  3173: [
    16,
    1,
    'The STOPAT clause provided with this RESTORE statement indicates that the tail of the log contains changes that must be backed up to reach the target point in time. The tail of the log for the database "%" has not been backed up. Use BACKUP LOG WITH NORECOVERY to back up the log, or use the WITH REPLACE clause in your RESTORE statement to overwrite the tail of the log.',
  ],
  3180: [
    16,
    1,
    "This backup cannot be restored using WITH STANDBY because a database upgrade is needed. Reissue the RESTORE without WITH STANDBY.",
  ],
  3183: [16, 2, 'RESTORE detected an error on page (%:%) in database "%" as read from the backup set.'],
  3187: [
    16,
    1,
    "RESTORE WITH CHECKSUM cannot be specified because the backup set does not contain checksum information.",
  ],
  3189: [16, 1, "Damage to the backup set was detected."],
  3201: [16, 1, "Cannot open backup device '%'. Operating system error %."],
  3202: [16, 1, 'Write on "%" failed: %'],
  3203: [16, 1, 'Read on "%" failed: %'],
  3211: [0, 1, "% percent processed."],
  3234: [
    16,
    2,
    "Logical file '%' is not part of database '%'. Use RESTORE FILELISTONLY to list the logical file names.",
  ],
  3241: [
    16,
    0,
    "The media family on device '%' is incorrectly formed. SQL Server cannot process this media family.",
  ],
  3254: [16, 1, "The volume on device '%' is empty."],
  3257: [
    16,
    1,
    "There is insufficient free space on disk volume '%' to create the database. The database requires % additional free bytes, while only % bytes are available.",
  ],
  3262: [0, 1, "The backup set on file % is valid."],
  3287: [16, 1, "The file ID % on device '%' is incorrectly formed and can not be read."],
  4035: [0, 1, "Processed % pages for database '%', file '%' on file %."],
  4208: [
    16,
    1,
    "The statement % is not allowed while the recovery model is SIMPLE. Use BACKUP DATABASE or change the recovery model using ALTER DATABASE.",
  ],
  4214: [16, 1, "BACKUP LOG cannot be performed because there is no current database backup."],
  4305: [
    16,
    1,
    "The log in this backup set begins at LSN %, which is too recent to apply to the database. An earlier log backup that includes LSN % can be restored.",
  ],
  4312: [
    16,
    1,
    "This log cannot be restored because a gap in the log chain was created. Use more recent data backups to bridge the gap.",
  ],
  4318: [
    16,
    1,
    "File '%' has been rolled forward to LSN %. This log terminates at LSN %, which is too early to apply the WITH RECOVERY option. Reissue the RESTORE LOG statement WITH NORECOVERY.",
  ],
  4322: [
    10,
    1,
    `This backup set contains records that were logged before the designated point in time. ${stopLater}`,
  ],
  4326: [
    16,
    1,
    "The log in this backup set terminates at LSN %, which is too early to apply to the database. A more recent log backup that includes LSN % can be restored.",
  ],
  4329: [
    10,
    1,
    "This log file contains records logged before the designated mark. The database is being left in the Restoring state so you can apply another log file.",
  ],
  4330: [
    16,
    1,
    "This backup set cannot be applied because it is on a recovery path that is inconsistent with the database. The recovery path is the sequence of data and log backups that have brought the database to a particular recovery point. Find a compatible backup to restore, or restore the rest of the database to match a recovery point within this backup set, which will restore the database to a different point in time.  For more information about recovery paths, see SQL Server Books Online.",
  ],
  4333: [16, 1, "The database cannot be recovered because the log was not restored."],
  4335: [
    16,
    1,
    "The specified STOPAT time is too early. All or part of the database is already rolled forward beyond that point.",
  ],
  4338: [
    16,
    1,
    "The STOPAT clause specifies a point too early to allow this backup set to be restored. Choose a different stop point or use RESTORE DATABASE WITH RECOVERY to recover at the current point.",
  ],
  5133: [16, 1, 'Directory lookup for the file "%" failed with the operating system error %.'],
  33111: [16, 3, "Cannot find server % with thumbprint '%'."],
};
