/** An answer of ARM that is not a success. Codes and texts are those that Azure Resource Manager uses. */
export class ArmError extends Error {
  public readonly status: number;
  public readonly code: string;
  /** Seconds that the client is asked to wait, as the header Retry-After. */
  public readonly retryAfterSec: number | undefined;
  constructor(status: number, code: string, message: string, retryAfterSec?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSec = retryAfterSec;
  }
}

/** 404 for a resource (Microsoft Learn, "Resolve errors for resource not found"). */
export function resourceNotFound(type: string, name: string, group: string): ArmError {
  return new ArmError(
    404,
    "ResourceNotFound",
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to ` +
      "https://aka.ms/ARMResourceNotFoundFix",
  );
}

/** 404 for a resource group. */
export function groupNotFound(group: string): ArmError {
  return new ArmError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
}

/** 409: another operation on the same resource is under way. */
export function concurrentRequest(): ArmError {
  return new ArmError(
    409,
    "Conflict",
    "The request failed due to conflict with a concurrent request. To resolve it, please refer to " +
      "https://aka.ms/activitylog to get more details on the conflicting requests.",
  );
}

/** The region has no room for the VM (Microsoft Learn, "Troubleshoot Azure VM allocation failures"). */
export function allocationFailed(): ArmError {
  return new ArmError(
    409,
    "AllocationFailed",
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about " +
      "improving likelihood of allocation success at https://aka.ms/allocation-guidance",
  );
}

/** 409: the subscription's limit of cores in a region (Microsoft Learn, "Resolve errors for resource quotas"). */
export function quotaExceeded(location: string, limit: number, usage: number, required: number): ArmError {
  return new ArmError(
    409,
    "OperationNotAllowed",
    "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional " +
      `details - Deployment Model: Resource Manager, Location: ${location}, Current Limit: ${String(limit)}, Current ` +
      `Usage: ${String(usage)}, Additional Required: ${String(required)}, (Minimum) New Limit Required: ` +
      `${String(usage + required)}.`,
  );
}

/** 409: a resource of that name is in another region. */
export function wrongLocation(name: string, has: string, group: string, asked: string): ArmError {
  return new ArmError(
    409,
    "InvalidResourceLocation",
    `The resource '${name}' already exists in location '${has}' in resource group '${group}'. A resource with the same ` +
      `name cannot be created in location '${asked}'. Please select a new resource name.`,
  );
}

/** 400: a resource names another one that is not there. */
export function invalidReference(id: string, by: string): ArmError {
  return new ArmError(
    400,
    "InvalidResourceReference",
    `Resource ${id} referenced by resource ${by} was not found. Please make sure that the referenced resource exists, ` +
      "and that both resources are in the same region.",
  );
}

/** 400: a network interface is deleted, or attached to a second VM, while a VM has it. */
export function nicInUse(name: string, by: string): ArmError {
  return new ArmError(
    400,
    "NicInUse",
    `Network Interface ${name} is used by existing resource ${by}. In order to delete the network interface, it must ` +
      "be dissociated from the resource. To learn more, see aka.ms/deletenic.",
  );
}

/** 409: a disk is deleted, or attached to a second VM, while a VM has it. */
export function diskInUse(name: string, by: string): ArmError {
  return new ArmError(409, "OperationNotAllowed", `Disk ${name} is attached to VM ${by}.`);
}

/** 400: an address of a subnet is taken. */
export function addressTaken(nic: string, address: string, by: string): ArmError {
  return new ArmError(
    400,
    "PrivateIPAddressIsAllocated",
    `IP configuration of ${nic} is using the private IP address ${address} which is already allocated to resource ${by}.`,
  );
}

/** 429 with the time to wait. */
export function tooManyRequests(retryAfterSec: number): ArmError {
  return new ArmError(
    429,
    "TooManyRequests",
    "The request is being throttled as the limit has been reached for operation type - Start/Deallocate. For more " +
      "information, see https://aka.ms/azureresourcethrottling",
    retryAfterSec,
  );
}

/** 403: the caller has no role that allows the action. */
export function notAuthorized(action: string, scope: string): ArmError {
  return new ArmError(
    403,
    "AuthorizationFailed",
    `The client does not have authorization to perform action '${action}' over scope '${scope}' or the scope is ` +
      "invalid. If access was recently granted, please refresh your credentials.",
  );
}

/** 503: the region's resource provider does not answer. */
export function regionUnavailable(location: string): ArmError {
  return new ArmError(
    503,
    "ServiceUnavailable",
    `The service in region '${location}' is temporarily unavailable.`,
  );
}

/** What an operation ends with when something inside Azure fails. */
export function internalError(
  message = "An internal execution error occurred. Please retry later.",
): ArmError {
  return new ArmError(500, "InternalExecutionError", message);
}
