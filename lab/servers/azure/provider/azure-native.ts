import { createHash } from "node:crypto";
import type { JsonObject } from "../json.ts";
import { textAt } from "../json.ts";
import { formatResourceId, parseResourceId } from "../resource-id.ts";
import { type ArmClient, ArmFailure } from "./arm-client.ts";
import { bodyOf, inputsNow, outputsOf } from "./body.ts";
import { type Change, changesOf, UNKNOWN } from "./diff.ts";
import { type Kind, KINDS, parseUrn } from "./kinds.ts";

/** The only project that the simulated provider serves: with any other, somebody is about to provision nothing. */
export const LAB_PROJECT = "parallel-standby-lab";

/** Configuration of the provider: what azure-native calls `subscriptionId` and `location`. */
export interface ProviderConfig {
  readonly subscriptionId?: string;
  readonly location?: string;
}

/** A resource as the engine keeps it. */
export interface State {
  readonly id: string;
  readonly outputs: JsonObject;
}

/** A write that ARM accepted and that failed later: the resource is there, in part. */
export class PartialFailure extends Error {
  public readonly state: State;
  constructor(state: State, reason: string) {
    super(reason);
    this.state = state;
  }
}

/** Refuses any project but the lab's, so that a lab's provider never stands in for the real one unnoticed. */
export function requireLabProject(urn: string): void {
  const { project } = parseUrn(urn);
  if (project === LAB_PROJECT) return;
  throw new Error(
    `this azure-native is the lab's simulation and serves the project ${LAB_PROJECT} only, not "${project}": ` +
      "nothing would be made in Azure. Remove plugins.providers from Pulumi.yaml to use the real one.",
  );
}

/** What azure-native does with a resource, against the lab's Azure. */
export class AzureNative {
  readonly #arm: ArmClient;
  readonly #config: ProviderConfig;
  constructor(arm: ArmClient, config: ProviderConfig) {
    this.#arm = arm;
    this.#config = config;
  }

  /** Fills in name and location, and finds what is missing. */
  async check(
    urn: string,
    before: JsonObject,
    inputs: JsonObject,
    seed: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly inputs: JsonObject; readonly missing: readonly string[] }> {
    const kind = kindOf(urn);
    const missing = kind.required.filter((name) => inputs[name] === undefined);
    const suffix = createHash("sha256").update(seed).digest("hex").slice(0, 8);
    const name = inputs[kind.nameInput] ?? before[kind.nameInput] ?? `${parseUrn(urn).name}${suffix}`;
    const named = { ...inputs, [kind.nameInput]: name };
    const location =
      inputs["location"] ??
      this.#config.location ??
      before["location"] ??
      (await this.#groupLocation(named, signal));
    return { inputs: location === undefined ? named : { ...named, location }, missing };
  }

  /** What has changed, input by input. */
  diff(urn: string, before: JsonObject, after: JsonObject): readonly Change[] {
    return changesOf(before, after, kindOf(urn).replaces);
  }

  /** Creates a resource; one that is there already is refused, as the real provider does. */
  async create(urn: string, inputs: JsonObject, signal: AbortSignal): Promise<State> {
    const kind = kindOf(urn);
    const id = this.#id(kind, inputs);
    if (await this.#arm.get(id, kind.apiVersion, signal)) {
      throw new Error(`cannot create already existing resource '${id}'`);
    }
    return await this.#write(kind, id, inputs, signal);
  }

  async update(urn: string, id: string, inputs: JsonObject, signal: AbortSignal): Promise<State> {
    return await this.#write(kindOf(urn), id, inputs, signal);
  }

  /** The resource as it is; undefined when it is gone. */
  async read(
    urn: string,
    id: string,
    inputs: JsonObject,
    before: JsonObject,
    signal: AbortSignal,
  ): Promise<(State & { readonly inputs: JsonObject }) | undefined> {
    const kind = kindOf(urn);
    const answer = await this.#arm.get(id, kind.apiVersion, signal);
    if (!answer) return undefined;
    const outputs = outputsOf(kind, answer);
    const known = Object.keys(inputs).length > 0;
    return {
      id,
      outputs,
      inputs: known ? inputsNow(inputs, before, outputs) : importedInputs(kind, id, outputs),
    };
  }

  async delete(urn: string, id: string, signal: AbortSignal): Promise<void> {
    await this.#arm.delete(id, kindOf(urn).apiVersion, signal);
  }

  async #write(kind: Kind, id: string, inputs: JsonObject, signal: AbortSignal): Promise<State> {
    const finish = await this.#arm.put(id, kind.apiVersion, bodyOf(kind, inputs), signal);
    const failure = await finish().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    const answer = await this.#arm.get(id, kind.apiVersion, signal);
    const state = { id, outputs: answer ? outputsOf(kind, answer) : inputs };
    if (failure instanceof ArmFailure) throw new PartialFailure(state, failure.message);
    if (failure) throw failure;
    if (!answer) throw new Error(`${id} was written and is not there`);
    return state;
  }

  #id(kind: Kind, inputs: JsonObject): string {
    const subscription = this.#config.subscriptionId;
    if (!subscription) {
      throw new Error(
        "no subscription is configured: set azure-native:subscriptionId in the stack's config, or ARM_SUBSCRIPTION_ID",
      );
    }
    const name = textAt(inputs, kind.nameInput) ?? "";
    if (kind.armType === undefined) return formatResourceId({ subscription, group: name, name });
    return formatResourceId({
      subscription,
      group: textAt(inputs, "resourceGroupName") ?? "",
      type: kind.armType,
      name,
    });
  }

  async #groupLocation(inputs: JsonObject, signal: AbortSignal): Promise<string | undefined> {
    const group = textAt(inputs, "resourceGroupName");
    const kind = KINDS.get("azure-native:resources:ResourceGroup");
    if (!kind || group === undefined || group === UNKNOWN || !this.#config.subscriptionId) return undefined;
    const id = this.#id(kind, inputs);
    return textAt(await this.#arm.get(id, kind.apiVersion, signal), "location");
  }
}

function kindOf(urn: string): Kind {
  requireLabProject(urn);
  const { token } = parseUrn(urn);
  const kind = KINDS.get(token);
  if (kind) return kind;
  throw new Error(`the lab's Azure has no ${token}; it has ${[...KINDS.keys()].join(", ")}`);
}

/** For an import: everything that ARM gives back and that an input may hold. */
function importedInputs(kind: Kind, id: string, outputs: JsonObject): JsonObject {
  const at = parseResourceId(id);
  const never = new Set([
    ...["azureApiVersion", "etag", "name", "provisioningState", "timeCreated", "type", "vmId", "uniqueId"],
    ...["resourceGuid", "diskState", "managedBy", "virtualMachine", "primary", "properties"],
  ]);
  const kept = Object.entries(outputs).filter(([key]) => !never.has(key));
  return {
    ...Object.fromEntries(kept),
    [kind.nameInput]: at?.name ?? "",
    ...(kind.armType === undefined ? {} : { resourceGroupName: at?.group ?? "" }),
  };
}
