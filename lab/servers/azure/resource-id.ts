/** What an ARM resource id says. Names keep the case they were written in; ARM compares them without regard to case. */
export interface ResourceId {
  readonly subscription: string;
  readonly group: string;
  /** `Microsoft.Compute/virtualMachines`; undefined for the resource group itself. */
  readonly type?: string;
  readonly name: string;
}

const PATTERN =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)(?:\/providers\/([^/]+\/[^/]+)\/([^/]+))?$/i;

/** Reads the id of a resource group, or of a resource directly in one; undefined for anything else. */
export function parseResourceId(text: string): ResourceId | undefined {
  const [, subscription, group, type, name] = PATTERN.exec(text) ?? [];
  if (subscription === undefined || group === undefined) return undefined;
  return type === undefined || name === undefined
    ? { subscription, group, name: group }
    : { subscription, group, type, name };
}

/** The id as ARM writes it. */
export function formatResourceId(id: ResourceId): string {
  const group = `/subscriptions/${id.subscription}/resourceGroups/${id.group}`;
  return id.type === undefined ? group : `${group}/providers/${id.type}/${id.name}`;
}

/** The form under which two spellings of one id are the same. */
export function idKey(id: string): string {
  return id.toLowerCase();
}
