/** What a user without administrator rights may do, one by one. Reading files, services and the registry is open to all. */
export type Right =
  | "control-services"
  | "configure-services"
  | "write-registry"
  | "write-files"
  | "read-events"
  | "manage-tasks"
  | "kill-processes"
  | "shut-down";

/** A user of a Windows host, local or of the domain. */
export interface LabUser {
  /** Logon name, with its domain where it has one: `CORP\svc-dr`. */
  readonly name: string;
  /** Absent: no password logon. */
  readonly password?: string;
  /** Lines as in authorized_keys. Absent: no key logon. */
  readonly publicKeys?: readonly string[];
  /** Default: administrator. */
  readonly rights?: "administrator" | readonly Right[];
  /** With control-services or configure-services: only these services (key names). Default: all. */
  readonly services?: readonly string[];
}

/** The account under which scheduled tasks run. Its network identity is the computer's own. */
export const systemUser: LabUser = { name: "NT AUTHORITY\\SYSTEM" };

/** Whether the user has the right, for that service where it is about one. */
export function may(user: LabUser, right: Right, service?: string): boolean {
  const rights = user.rights ?? "administrator";
  if (rights === "administrator") return true;
  if (!rights.includes(right)) return false;
  if (service === undefined || !user.services) return true;
  return user.services.some((name) => name.toUpperCase() === service.toUpperCase());
}

/** Whether the user is an administrator of the host. */
export const isAdministrator = ({ rights = "administrator" }: LabUser): boolean => rights === "administrator";

/** The user's name without its domain. */
export function shortName(user: LabUser): string {
  return user.name.slice(user.name.lastIndexOf("\\") + 1);
}

/** Whether the given logon name means this user: with or without the domain, any case, `user@domain` too. */
export function isNamed(user: LabUser, logon: string): boolean {
  const given = logon.toUpperCase().replace(/@.*$/, "");
  const full = user.name.toUpperCase();
  return given === full || given === shortName(user).toUpperCase();
}
