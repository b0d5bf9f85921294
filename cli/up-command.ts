export { activeStack } from "../model/site.ts";

/** How many steps run side by side at most: most of them wait, and steps that wait hold a place, too. */
export const parallelSteps = 64;

/**
 * The command that runs a stack, as the shell of that platform takes it. Both settings belong to it: without the
 * first, one branch that fails stops all others; without the second, steps that wait hold the slots of steps that
 * could run. Pulumi.yaml can set neither (Pulumi CLI reference: environment variables).
 */
export const upCommand = (stack: string, platform: NodeJS.Platform): string =>
  platform === "win32"
    ? `$env:PULUMI_CONTINUE_ON_ERROR="true"; $env:PULUMI_PARALLEL="${String(parallelSteps)}"; pulumi up -s ${stack}`
    : `PULUMI_CONTINUE_ON_ERROR=true PULUMI_PARALLEL=${String(parallelSteps)} pulumi up -s ${stack}`;
