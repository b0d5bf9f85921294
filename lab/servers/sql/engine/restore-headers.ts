import type { Message } from "../contract.ts";
import type { Frame } from "./batch.ts";
import type { CatalogueRow } from "./catalogue.ts";
import { decimalOf } from "./decimals.ts";
import { message, refuseWith } from "./errors.ts";
import type { Done } from "./execute.ts";
import type { BackupSet } from "./media.ts";
import { inform } from "./progress.ts";
import { sendRows } from "./procedures.ts";
import { bodyOf, openMedia, type RestoreOptions } from "./restore.ts";

const headerColumns = `BackupName nvarchar(128), BackupDescription nvarchar(255), BackupType tinyint, ExpirationDate datetime, Compressed tinyint, Position smallint, DeviceType tinyint, UserName nvarchar(128), ServerName nvarchar(128), DatabaseName nvarchar(128), DatabaseVersion int, DatabaseCreationDate datetime, BackupSize bigint, FirstLSN numeric(25,0), LastLSN numeric(25,0), CheckpointLSN numeric(25,0), DatabaseBackupLSN numeric(25,0), BackupStartDate datetime, BackupFinishDate datetime, SortOrder smallint, CodePage smallint, UnicodeLocaleId int, UnicodeComparisonStyle int, CompatibilityLevel tinyint, SoftwareVendorId int, SoftwareVersionMajor int, SoftwareVersionMinor int, SoftwareVersionBuild int, MachineName nvarchar(128), Flags int, BindingID uniqueidentifier, RecoveryForkID uniqueidentifier, Collation nvarchar(128), FamilyGUID uniqueidentifier, HasBulkLoggedData bit, IsSnapshot bit, IsReadOnly bit, IsSingleUser bit, HasBackupChecksums bit, IsDamaged bit, BeginsLogChain bit, HasIncompleteMetaData bit, IsForceOffline bit, IsCopyOnly bit, FirstRecoveryForkID uniqueidentifier, ForkPointLSN numeric(25,0), RecoveryModel nvarchar(60), DifferentialBaseLSN numeric(25,0), DifferentialBaseGUID uniqueidentifier, BackupTypeDescription nvarchar(128), BackupSetGUID uniqueidentifier, CompressedBackupSize bigint, Containment tinyint`;
/** 2014 added the encryption columns, 2022 the last three. */
const encryptionColumns =
  ", KeyAlgorithm nvarchar(32), EncryptorThumbprint varbinary(20), EncryptorType nvarchar(32)";
const newColumns = ", LastValidRestoreTime datetime, TimeZone smallint, CompressionAlgorithm nvarchar(32)";
const fileColumns =
  "LogicalName nvarchar(128), PhysicalName nvarchar(260), Type nchar(1), FileGroupName nvarchar(128), Size bigint, MaxSize bigint, FileId bigint, CreateLSN numeric(25,0), DropLSN numeric(25,0), UniqueId uniqueidentifier, ReadOnlyLSN numeric(25,0), ReadWriteLSN numeric(25,0), BackupSizeInBytes bigint, SourceBlockSize int, FileGroupId int, LogGroupGUID uniqueidentifier, DifferentialBaseLSN numeric(25,0), DifferentialBaseGUID uniqueidentifier, IsReadOnly bit, IsPresent bit, TDEThumbprint varbinary(20)";
const snapshotColumn = ", SnapshotUrl nvarchar(336)";

/** RESTORE HEADERONLY, FILELISTONLY, VERIFYONLY and LABELONLY. */
export async function describeMedia(
  what: "headeronly" | "filelistonly" | "verifyonly" | "labelonly",
  device: string,
  options: RestoreOptions,
  frame: Frame,
  ended: Message,
): Promise<Done> {
  const sets = await openMedia(device, frame, ended);
  const { major } = frame.instance.version;
  const set = sets[options.file - 1];
  if (what === "labelonly") {
    sendRows(
      frame,
      "MediaName nvarchar(128), MediaSetId uniqueidentifier, FamilyCount int, FamilySequenceNumber int, MediaFamilyId uniqueidentifier, MediaSequenceNumber int, MediaLabelPresent tinyint, MediaDescription nvarchar(255), SoftwareName nvarchar(128), SoftwareVendorId int, MediaDate datetime, MirrorCount int, IsCompressed bit",
      [
        {
          FamilyCount: 1,
          FamilySequenceNumber: 1,
          MediaSetId: sets[0]?.header.bindingGuid,
          MediaFamilyId: sets[0]?.header.setGuid,
          MediaSequenceNumber: 1,
          MediaLabelPresent: 0,
          SoftwareName: "Microsoft SQL Server",
          SoftwareVendorId: 4608,
          MediaDate: sets[0]?.header.finishWall,
          MirrorCount: 1,
          IsCompressed: sets[0]?.header.isCompressed,
        },
      ],
    );
    return {};
  }
  if (what === "headeronly") {
    const columns = headerColumns + (major >= 12 ? encryptionColumns : "") + (major >= 16 ? newColumns : "");
    sendRows(frame, columns, sets.map(headerRow));
    return { command: 250 };
  }
  if (!set) throw refuseWith(message(3287, options.file, device), ended);
  if (what === "filelistonly") {
    sendRows(frame, fileColumns + (major >= 13 ? snapshotColumn : ""), fileRows(set));
    return { command: 376 };
  }
  if (options.wantsChecksum && !set.header.hasChecksum) throw refuseWith(message(3187), ended);
  bodyOf(set, { name: set.header.databaseName }, ended);
  inform(message(3262, options.file), frame);
  return { command: 377 };
}

const titles = {
  database: "Database",
  log: "Transaction Log",
  differential: "Database Differential",
} as const;
function headerRow({ header, position }: BackupSet): CatalogueRow {
  const isLog = header.kind === "log";
  const fork = header.forks.at(-1);
  const flags =
    512 +
    (header.hasChecksum ? 16 : 0) +
    (header.isCopyOnly ? 1024 : 0) +
    (header.isTail ? 64 : 0) +
    (header.hasIncompleteMetadata ? 128 : 0) +
    (header.isForceOffline ? 256 : 0);
  return {
    BackupName: header.name,
    BackupDescription: header.description,
    BackupType: isLog ? 2 : header.kind === "differential" ? 5 : 1,
    Compressed: header.isCompressed,
    Position: position,
    DeviceType: 2,
    UserName: header.userName,
    ServerName: header.serverName,
    DatabaseName: header.databaseName,
    DatabaseVersion: header.databaseVersion,
    DatabaseCreationDate: header.databaseCreatedWall,
    BackupSize: BigInt(header.bytes),
    FirstLSN: decimalOf(header.firstLsn),
    LastLSN: decimalOf(header.lastLsn),
    CheckpointLSN: decimalOf(header.checkpointLsn),
    DatabaseBackupLSN: decimalOf(header.databaseBackupLsn),
    BackupStartDate: header.startWall,
    BackupFinishDate: header.finishWall,
    SortOrder: 52,
    CodePage: 0,
    UnicodeLocaleId: 1033,
    UnicodeComparisonStyle: 196609,
    CompatibilityLevel: header.settings.compatibility,
    SoftwareVendorId: 4608,
    SoftwareVersionMajor: header.software[0],
    SoftwareVersionMinor: header.software[1],
    SoftwareVersionBuild: header.software[2],
    MachineName: header.machineName,
    Flags: flags,
    BindingID: header.bindingGuid,
    RecoveryForkID: fork?.guid,
    Collation: header.settings.collation,
    FamilyGUID: header.settings.familyGuid,
    HasBulkLoggedData: 0,
    IsSnapshot: 0,
    IsReadOnly: header.isReadOnly,
    IsSingleUser: header.isSingleUser,
    HasBackupChecksums: header.hasChecksum,
    IsDamaged: 0,
    BeginsLogChain: header.beginsLogChain,
    HasIncompleteMetaData: header.hasIncompleteMetadata,
    IsForceOffline: header.isForceOffline,
    IsCopyOnly: header.isCopyOnly,
    FirstRecoveryForkID: header.firstForkGuid,
    ForkPointLSN: fork && fork.guid !== header.firstForkGuid ? decimalOf(fork.from) : null,
    RecoveryModel: header.settings.recoveryModel,
    BackupTypeDescription: titles[header.kind],
    BackupSetGUID: header.setGuid,
    CompressedBackupSize: BigInt(header.storedBytes),
    Containment: 0,
    DifferentialBaseLSN: header.kind === "differential" ? decimalOf(header.databaseBackupLsn) : null,
    LastValidRestoreTime: header.lastCommitWall ?? header.finishWall,
    TimeZone: Math.round(header.offsetMinutes / 15),
    CompressionAlgorithm: header.isCompressed ? "MS_XPRESS" : null,
  };
}
function fileRows({ header }: BackupSet): CatalogueRow[] {
  const groups = [...new Set(header.files.filter((file) => file.type === "D").map((file) => file.filegroup))];
  return header.files.map((file) => {
    const isData = file.type === "D";
    return {
      LogicalName: file.logicalName,
      PhysicalName: file.physicalName,
      Type: file.type,
      FileGroupName: isData ? file.filegroup : null,
      Size: BigInt(file.pages * 8192),
      MaxSize: isData ? 35184372080640n : 2199023255552n,
      FileId: BigInt(file.fileId),
      CreateLSN: decimalOf(0),
      DropLSN: decimalOf(0),
      UniqueId: file.guid,
      ReadOnlyLSN: decimalOf(0),
      ReadWriteLSN: decimalOf(0),
      BackupSizeInBytes: BigInt(isData ? Math.ceil(header.bytes / 65536) * 65536 : 0),
      SourceBlockSize: 4096,
      FileGroupId: isData ? groups.indexOf(file.filegroup) + 1 : 0,
      DifferentialBaseLSN: decimalOf(0),
      DifferentialBaseGUID: "00000000-0000-0000-0000-000000000000",
      IsReadOnly: 0,
      IsPresent: 1,
    };
  });
}
