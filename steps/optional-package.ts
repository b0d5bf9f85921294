/**
 * Loads a package that only some estates need (an optional peer dependency). Where it is missing, one sentence says
 * what needs it and how to install it.
 */
export async function optionalPackage<T>(
  name: string,
  load: () => Promise<T>,
  neededFor: string,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(`${neededFor} needs the package ${name}. Run "npm install ${name}" in the project.`, {
      cause: error,
    });
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
