/** A name as T-SQL writes it: `[K2]`. A closing bracket in it is doubled. */
export const ident = (name: string): string => `[${name.replaceAll("]", "]]")}]`;

/** A text as T-SQL writes it: `N'K2''s'`. A quote in it is doubled; nothing else means anything inside it. */
export const text = (value: string): string => `N'${value.replaceAll("'", "''")}'`;

/** A list of texts as IN takes it: `N'K2', N'K2Log'`. An empty list matches nothing. */
export const texts = (values: readonly string[]): string =>
  values.length === 0 ? "NULL" : values.map(text).join(", ");

/**
 * What an instance says of itself, in one row. Times as text, since the driver takes a datetime for UTC; the offset of
 * its clock in seconds, since both functions are read at slightly different moments.
 */
export const instanceFacts = `SELECT
  CONVERT(nvarchar(128), SERVERPROPERTY(N'ServerName')) AS [server],
  CONVERT(nvarchar(128), SERVERPROPERTY(N'ProductVersion')) AS [version],
  CONVERT(nvarchar(128), SERVERPROPERTY(N'Edition')) AS [edition],
  CONVERT(nvarchar(128), SERVERPROPERTY(N'Collation')) AS [collation],
  SUSER_SNAME() AS [login],
  IS_SRVROLEMEMBER(N'sysadmin') AS [sysadmin],
  CONVERT(varchar(23), GETUTCDATE(), 126) AS [utc],
  DATEDIFF(second, GETUTCDATE(), GETDATE()) AS [offsetSec];`;

/** Whether the login has a permission on the server: 1, 0, or NULL where there is no such permission. */
export const serverPermission = (permission: string): string =>
  `SELECT HAS_PERMS_BY_NAME(NULL, NULL, ${text(permission)}) AS [has];`;

/** The services of the instance with their states; status 4 is running. Needs VIEW SERVER STATE. */
export const instanceServices =
  "SELECT servicename AS [name], CONVERT(int, status) AS [status] FROM sys.dm_server_services;";
