import type { Views } from "./catalogue.ts";
import { agentTables } from "./msdb.ts";

/** Views of msdb over Agent's tables. */
export const agentViews: Views = {
  "msdb.sysjobs_view": {
    columns:
      "job_id uniqueidentifier, originating_server nvarchar(128), name sysname, enabled tinyint, description nvarchar(512), start_step_id int, category_id int, owner_sid varbinary(85), date_created datetime, date_modified datetime, version_number int",
    rows: ({ instance }) =>
      agentTables(instance)
        .jobs.all()
        .map((job) => ({ ...job, originating_server: instance.serverName })),
  },
};
