import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { service } from "./service.ts";

/** The longest message that the engine and its plugins exchange, in bytes: Pulumi's own setting. */
const LONGEST_MESSAGE = 400 * 1024 * 1024;

const server = new grpc.Server({
  "grpc.max_receive_message_length": LONGEST_MESSAGE,
  "grpc.max_send_message_length": LONGEST_MESSAGE,
});
server.addService(services.ResourceProviderService, service(process.env));
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port from the first line of standard output.
  process.stdout.write(`${String(port)}\n`);
});
