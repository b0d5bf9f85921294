import { DiskError } from "../../types.ts";
import { systemError } from "./backup.ts";
import { refuse, refuseWith } from "./errors.ts";
import type { ProcedureTable } from "./procedures.ts";

/** Extended procedures about files and the registry. */
export const fileProcedures: ProcedureTable = {
  xp_fileexist: {
    parameters: "@filename nvarchar(520), @file_exists int = NULL OUTPUT",
    run: async (call) => {
      const { disk } = call.frame.instance;
      const path = call.mustText("filename").replace(/(?<!:)\\$/, "");
      const parent = path.slice(0, path.lastIndexOf("\\"));
      const entry = async (): Promise<{ isFile: boolean; isFolder: boolean }> => {
        try {
          const found = (await disk.list(parent.endsWith(":") ? `${parent}\\` : parent)).find(
            (e) => e.name.toLowerCase() === path.slice(path.lastIndexOf("\\") + 1).toLowerCase(),
          );
          return { isFile: found?.isFolder === false, isFolder: found?.isFolder === true };
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
          return { isFile: false, isFolder: false };
        }
      };
      const exists = async (of: string): Promise<boolean> => disk.exists(of).catch(() => false);
      const found = await entry();
      if (call.has("file_exists")) {
        call.set("file_exists", found.isFile ? 1 : 0);
        return;
      }
      call.result("[File Exists] tinyint, [File is a Directory] tinyint, [Parent Directory Exists] tinyint", [
        {
          "File Exists": found.isFile,
          "File is a Directory": found.isFolder,
          "Parent Directory Exists": await exists(parent),
        },
      ]);
    },
  },
  xp_create_subdir: {
    parameters: "@path nvarchar(520)",
    run: async (call) => {
      const path = call.mustText("path").replace(/\\$/, "");
      try {
        const parts = path.split("\\");
        // Missing parents are made too, as the real one does.
        for (let i = path.startsWith("\\\\") ? 5 : 2; i <= parts.length; i++) {
          const part = parts.slice(0, i).join("\\");
          if (!(await call.frame.instance.disk.exists(part))) await call.frame.instance.disk.makeFolder(part);
        }
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        throw refuseWith({
          number: 22048,
          severity: 16,
          state: 1,
          line: 1,
          text: `xp_create_subdir() returned error ${error.code}, '${systemError(error.code).replace(/^\d+\(|\)$/g, "")}'`,
        });
      }
    },
  },
  xp_delete_file: {
    parameters:
      "@type int, @path nvarchar(520), @extension nvarchar(20) = NULL, @before nvarchar(30) = NULL, @subfolders int = 0",
    run: async (call) => {
      const { disk } = call.frame.instance;
      const folder = call.mustText("path");
      const extension = call.text("extension");
      const before =
        call.text("before") === undefined ? undefined : Date.parse(`${call.text("before") ?? ""}Z`);
      if (extension === undefined) return disk.remove(folder).catch(() => undefined);
      for (const entry of await disk.list(folder).catch(() => []))
        if (
          !entry.isFolder &&
          entry.name.toLowerCase().endsWith(`.${extension.toLowerCase()}`) &&
          (before === undefined || entry.modifiedMs < before)
        )
          await disk.remove(`${folder.replace(/\\$/, "")}\\${entry.name}`);
      return undefined;
    },
  },
  xp_dirtree: {
    parameters: "@path nvarchar(520), @depth int = 0, @file int = 0",
    run: async (call) => {
      const { disk } = call.frame.instance;
      const wantsFiles = call.number("file") === 1;
      const limit = call.number("depth") || 255;
      const rows: { subdirectory: string; depth: number; file: number }[] = [];
      const walk = async (folder: string, depth: number): Promise<void> => {
        const entries = await disk.list(folder).catch((error: unknown) => {
          if (error instanceof DiskError) return [];
          throw error;
        });
        for (const entry of entries) {
          if (!entry.isFolder && !wantsFiles) continue;
          rows.push({ subdirectory: entry.name, depth, file: entry.isFolder ? 0 : 1 });
          if (entry.isFolder && depth < limit)
            await walk(`${folder.replace(/\\$/, "")}\\${entry.name}`, depth + 1);
        }
      };
      await walk(call.mustText("path"), 1);
      call.result(
        wantsFiles
          ? "subdirectory nvarchar(512), depth int, [file] int"
          : "subdirectory nvarchar(512), depth int",
        rows,
      );
    },
  },
  xp_fixeddrives: {
    parameters: "",
    run: (call) => {
      call.result(
        "drive varchar(1), [MB free] int",
        call.frame.instance.disk
          .volumes()
          .map(({ drive, freeBytes }) => ({ drive, "MB free": Math.floor(freeBytes / 1024 ** 2) })),
      );
    },
  },
  xp_instance_regread: {
    parameters:
      "@rootkey nvarchar(255), @key nvarchar(1000), @value_name nvarchar(255), @value nvarchar(4000) = NULL OUTPUT, @no_output nvarchar(10) = NULL",
    run: (call) => {
      const { folders, identity } = call.frame.instance;
      const values: Readonly<Record<string, string>> = {
        BACKUPDIRECTORY: folders.backup,
        DEFAULTDATA: folders.data.replace(/\\$/, ""),
        DEFAULTLOG: folders.log.replace(/\\$/, ""),
        SQLDATAROOT: folders.data.replace(/\\DATA\\?$/i, ""),
        COMPUTERNAME: identity.name,
        WORKINGDIRECTORY: folders.data,
      };
      const found = values[call.mustText("value_name").toUpperCase()];
      if (found === undefined) {
        call.frame.emit({ kind: "message", message: { ...refuse(22001).last, line: 1 } });
        return 1;
      }
      if (call.has("value")) call.set("value", found);
      else
        call.result("[Value] nvarchar(255), [Data] nvarchar(4000)", [
          { Value: call.mustText("value_name"), Data: found },
        ]);
      return 0;
    },
  },
};
