import { COMMAND_VERSION, ENGINE_VERSION, type Piece, type Places } from "./layout.ts";

/** One program of the engine and the Go module in `modules/` that builds it. */
export interface Module {
  /** The folder under `modules/`, with go.mod and go.sum. */
  readonly folder: string;
  readonly piece: Piece;
  readonly program: string;
  readonly tags: string;
  readonly ldflags: string;
  /** Where the program belongs. */
  file(at: Places): string;
  /** What somebody who meets the program should know. */
  readonly note?: string;
}

const PULUMI_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * The programs, with the tags and flags of Pulumi's own release build. The versions are in each go.mod: they are the
 * newest that a module proxy without direct access to the repositories has. Each is a module of its own, because the
 * three need different versions of Pulumi's SDK.
 */
export const MODULES: readonly Module[] = [
  {
    folder: "command",
    piece: "command",
    program: "github.com/pulumi/pulumi-command/provider/cmd/pulumi-resource-command",
    tags: "",
    ldflags: "-s -w -X github.com/pulumi/pulumi-command/provider/pkg/version.Version=0.9.3",
    file: (at) => at.plugin,
    note:
      `The command provider is a build of its source of January 2024 (0.9.3): it stands in for ${COMMAND_VERSION} and ` +
      `knows no logging, addPreviousOutputInEnv or hostKey; the engine warns about its version and goes on.`,
  },
  {
    folder: "language-nodejs",
    piece: "engine",
    program: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
    tags: "osusergo,grpcnotrace",
    ldflags: `-s -w -X ${PULUMI_VERSION}=v3.185.0`,
    file: (at) => at.languageHost,
  },
  {
    folder: "pulumi",
    piece: "engine",
    program: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    tags: "osusergo,grpcnotrace",
    ldflags: `-s -w -X ${PULUMI_VERSION}=v${ENGINE_VERSION}`,
    file: (at) => at.pulumi,
  },
];

/** The arguments of `go` that build a program, from its module's folder, into `output`. */
export function buildArguments(module: Module, output: string): string[] {
  return [
    "build",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-v",
    ...(module.tags ? ["-tags", module.tags] : []),
    "-ldflags",
    module.ldflags,
    "-o",
    output,
    module.program,
  ];
}

/** What of a build is shown: how many modules were fetched, how many packages compiled, and for how long. */
export function progressLine(folder: string, fetched: number, compiled: number, seconds: number): string {
  const time = `${String(Math.floor(seconds / 60))}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  return `building ${folder}: ${String(fetched)} modules fetched, ${String(compiled)} packages compiled, ${time}`;
}
