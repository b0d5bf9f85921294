import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import * as state from "@pulumi/pulumi/runtime/state.js";

/** What the SDK knows of the engine it talks to; its types leave that out. */
const store = state as unknown as { getStore(): { supportsSecrets: boolean } };

/** A resource as it was registered: what the SDK's own mocks do not show is here too. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the resources that it depends on. */
  readonly dependsOn: readonly string[];
  readonly parent: string;
  readonly createLimit: string;
  readonly deleteLimit: string;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
}

/** How a program is run. */
export interface RecorderOptions {
  readonly preview?: boolean;
  readonly stack?: string;
  /** By resource, outputs of an earlier run, which the engine gives for what is left out (--target, --exclude). */
  readonly left?: ReadonlyMap<string, object>;
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getCustomtimeouts(): { getCreate(): string; getDelete(): string } | undefined;
}

/**
 * Runs a program under Pulumi's mocks and gives everything that it registered. With `preview`, what only a real `up`
 * knows is unknown, as in `pulumi preview`.
 */
export async function registered(
  program: () => Promise<void> | void,
  { preview = false, stack = "test", left = new Map<string, object>() }: RecorderOptions = {},
): Promise<readonly Registered[]> {
  const seen: Registered[] = [];
  const last = (urn: string): string => urn.split("::").at(-1) ?? urn;
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => ({
      id: preview ? undefined : `${name}-id`,
      state: {
        ...(inputs as Record<string, unknown>),
        ...left.get(name),
        // A stack that was never updated has no outputs yet.
        ...(type === "pulumi:pulumi:StackReference" ? { outputs: {}, secretOutputNames: [] } : {}),
      },
    }),
    call: ({ inputs }) => inputs as Record<string, unknown>,
  };
  class Recorder extends MockMonitor {
    override async registerResource(request: Request, callback: never): Promise<void> {
      seen.push({
        type: request.getType(),
        name: request.getName(),
        inputs: request.getObject()?.toJavaScript() ?? {},
        dependsOn: request.getDependenciesList().map(last),
        parent: last(request.getParent()),
        createLimit: request.getCustomtimeouts()?.getCreate() ?? "",
        deleteLimit: request.getCustomtimeouts()?.getDelete() ?? "",
        protect: request.getProtect(),
        ignoreChanges: request.getIgnorechangesList(),
      });
      await super.registerResource(request, callback);
    }
  }
  await pulumi.runtime.setMocks(mocks, "project", stack, preview, "organization");
  pulumi.runtime.setMockOptions(new Recorder(mocks), "project", stack, preview, "organization");
  // Setting options forgets what the monitor can do: without this, secrets would arrive unmarked.
  store.getStore().supportsSecrets = true;
  await program();
  await pulumi.runtime.disconnect();
  return seen;
}
