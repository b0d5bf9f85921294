import grpc from "@grpc/grpc-js";
import type { handleUnaryCall, ServiceError, UntypedServiceImplementation } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type {
  CheckRequest,
  CheckResponse,
  ConfigureRequest,
  ConfigureResponse,
  CreateRequest,
  CreateResponse,
  DeleteRequest,
  DiffRequest,
  DiffResponse,
  GetSchemaRequest,
  GetSchemaResponse,
  ReadRequest,
  ReadResponse,
  UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import anys from "google-protobuf/google/protobuf/any_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { type JsonObject, textAt } from "../json.ts";
import { ArmClient } from "./arm-client.ts";
import { AzureNative, PartialFailure, type ProviderConfig, requireLabProject } from "./azure-native.ts";

/** How long one operation may take when the program says nothing, in milliseconds: azure-native has two hours. */
const LIMIT_MS = 7_200_000;

/** The version that the plugin gives itself: that of the SDK whose resources it knows. */
const VERSION = "3.28.0";

/**
 * The provider as the engine calls it (pulumirpc.ResourceProvider). Like the real one it takes part in previews, says
 * what has changed in detail, and is configured with `subscriptionId` and `location`.
 *
 * @param env where the address of the lab's Azure is found: LAB_ARM.
 */
export function service(env: NodeJS.ProcessEnv): UntypedServiceImplementation {
  const cancelled = new AbortController();
  let provider: AzureNative | undefined;
  const configured = (): AzureNative => {
    if (provider) return provider;
    throw new Error("the provider was not configured before it was asked for a resource");
  };
  const limit = (timeoutSec: number): AbortSignal =>
    AbortSignal.any([cancelled.signal, AbortSignal.timeout(timeoutSec > 0 ? timeoutSec * 1000 : LIMIT_MS)]);

  return {
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(VERSION);
      return info;
    }),
    getSchema: unary<GetSchemaRequest, GetSchemaResponse>(() => {
      const answer = new messages.GetSchemaResponse();
      answer.setSchema(JSON.stringify({ name: "azure-native", version: VERSION }));
      return answer;
    }),
    attach: unary(() => new empties.Empty()),
    cancel: unary(() => {
      cancelled.abort(new Error("the operation was cancelled"));
      return new empties.Empty();
    }),
    checkConfig: unary<CheckRequest, CheckResponse>((request) => {
      requireLabProject(request.getUrn());
      const answer = new messages.CheckResponse();
      answer.setInputs(request.getNews());
      return answer;
    }),
    configure: unary<ConfigureRequest, ConfigureResponse>((request) => {
      const address = env["LAB_ARM"];
      if (!address) {
        throw new Error(
          "LAB_ARM is not set: this azure-native is the lab's simulation and works inside the lab only",
        );
      }
      provider = new AzureNative(new ArmClient(address), configOf(plain(request.getArgs()), env));
      const answer = new messages.ConfigureResponse();
      answer.setSupportspreview(true);
      return answer;
    }),
    check: unary<CheckRequest, CheckResponse>(async (request) => {
      const seed = Buffer.from(request.getRandomseed_asU8());
      const olds = plain(request.getOlds());
      const found = await configured().check(
        request.getUrn(),
        olds,
        plain(request.getNews()),
        seed,
        limit(60),
      );
      const answer = new messages.CheckResponse();
      answer.setInputs(struct(found.inputs));
      for (const property of found.missing) {
        const failure = new messages.CheckFailure();
        failure.setProperty(property);
        failure.setReason(`missing required property '${property}'`);
        answer.addFailures(failure);
      }
      return answer;
    }),
    diff: unary<DiffRequest, DiffResponse>((request) => diffAnswer(configured(), request)),
    create: unary<CreateRequest, CreateResponse>(async (request) => {
      const inputs = plain(request.getProperties());
      const answer = new messages.CreateResponse();
      if (request.getPreview()) {
        requireLabProject(request.getUrn());
        answer.setProperties(struct(inputs));
        return answer;
      }
      const state = await configured().create(request.getUrn(), inputs, limit(request.getTimeout()));
      answer.setId(state.id);
      answer.setProperties(struct(state.outputs));
      return answer;
    }),
    update: unary<UpdateRequest, UpdateResponse>(async (request) => {
      const inputs = plain(request.getNews());
      const answer = new messages.UpdateResponse();
      if (request.getPreview()) {
        answer.setProperties(struct({ ...plain(request.getOlds()), ...inputs }));
        return answer;
      }
      const state = await configured().update(
        request.getUrn(),
        request.getId(),
        inputs,
        limit(request.getTimeout()),
      );
      answer.setProperties(struct(state.outputs));
      return answer;
    }),
    read: unary<ReadRequest, ReadResponse>(async (request) => {
      const [inputs, before] = [plain(request.getInputs()), plain(request.getProperties())];
      const state = await configured().read(request.getUrn(), request.getId(), inputs, before, limit(0));
      const answer = new messages.ReadResponse();
      if (state) {
        answer.setId(state.id);
        answer.setProperties(struct(state.outputs));
        answer.setInputs(struct(state.inputs));
      }
      return answer;
    }),
    delete: unary<DeleteRequest, InstanceType<typeof empties.Empty>>(async (request) => {
      await configured().delete(request.getUrn(), request.getId(), limit(request.getTimeout()));
      return new empties.Empty();
    }),
  };
}

function diffAnswer(provider: AzureNative, request: DiffRequest): DiffResponse {
  const changes = provider.diff(request.getUrn(), plain(request.getOldInputs()), plain(request.getNews()));
  const answer = new messages.DiffResponse();
  const { DiffChanges } = messages.DiffResponse;
  answer.setChanges(changes.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  answer.setHasdetaileddiff(true);
  answer.setDeletebeforereplace(true);
  const { Kind } = messages.PropertyDiff;
  for (const change of changes) {
    const top = change.path.split(/[.[]/)[0] ?? change.path;
    answer.addDiffs(top);
    if (change.replaces) answer.addReplaces(top);
    const detail = new messages.PropertyDiff();
    detail.setInputdiff(true);
    detail.setKind(
      {
        add: change.replaces ? Kind.ADD_REPLACE : Kind.ADD,
        delete: change.replaces ? Kind.DELETE_REPLACE : Kind.DELETE,
        update: change.replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE,
      }[change.kind],
    );
    answer.getDetaileddiffMap().set(change.path, detail);
  }
  return answer;
}

function configOf(args: JsonObject, env: NodeJS.ProcessEnv): ProviderConfig {
  const subscriptionId = textAt(args, "subscriptionId") ?? env["ARM_SUBSCRIPTION_ID"];
  const location = textAt(args, "location") ?? env["ARM_LOCATION_NAME"];
  return { ...(subscriptionId ? { subscriptionId } : {}), ...(location ? { location } : {}) };
}

function unary<Q, A>(work: (request: Q) => A | Promise<A>): handleUnaryCall<Q, A> {
  return (call, callback) => {
    void (async () => work(call.request))().then(
      (answer) => {
        callback(null, answer);
      },
      (error: unknown) => {
        callback(failure(error));
      },
    );
  };
}

/** An error as the engine reads it. A partial failure carries the resource, which then goes into the state. */
function failure(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof PartialFailure) {
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(error.state.id);
    detail.setProperties(struct(error.state.outputs));
    detail.addReasons(message);
    const any = new anys.Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statuses.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(any);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}

function plain(from: Struct | undefined): JsonObject {
  return from?.toJavaScript() ?? {};
}

function struct(from: JsonObject): Struct {
  return structs.Struct.fromJavaScript(
    JSON.parse(JSON.stringify(from)) as Parameters<typeof structs.Struct.fromJavaScript>[0],
  );
}
