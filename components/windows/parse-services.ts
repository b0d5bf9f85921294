/** A service as `sc query` lists it. */
export interface ListedService {
  /** Key name. */
  readonly name: string;
  readonly displayName: string;
}

/**
 * Reads the list of `sc query state= all`. Labels follow the language of Windows; each service begins with two lines
 * that are not indented, its key name and its display name.
 */
export const parseServices = (output: string): readonly ListedService[] => {
  const values = [...output.matchAll(/^[^\s:[][^:\r\n]*:[ \t]*([^\r\n]*?)[ \t]*\r?$/gm)].map(
    ([, value]) => value ?? "",
  );
  return Array.from({ length: Math.floor(values.length / 2) }, (_, i) => ({
    name: values[2 * i] ?? "",
    displayName: values[2 * i + 1] ?? "",
  }));
};
