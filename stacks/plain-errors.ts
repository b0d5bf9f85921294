/** What Pulumi's SDK throws for a resource that failed. Why it failed the engine has printed beside that resource. */
const failedResource = /^resource .+ \[.+\] failed to register$/;

type Format = (error: Error, frames: readonly unknown[]) => unknown;

/**
 * Errors of failed steps from now on say no more than their sentence: a trace through Pulumi's SDK helps nobody at
 * night. Every other error, an owner's above all, keeps its trace.
 */
export function withoutTraceOfFailedSteps(): void {
  const before = Error.prepareStackTrace as Format | undefined;
  const format: Format = before ?? ((error, frames) => [error, ...frames].map(String).join("\n    at "));
  Error.prepareStackTrace = (error: Error, frames: readonly unknown[]): unknown =>
    failedResource.test(error.message) ? String(error) : format(error, frames);
}
