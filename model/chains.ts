/** Groups of ids that are linked, directly or not, each in the order in which its ids are given. */
export function connected(
  ids: readonly string[],
  linksOf: (id: string) => readonly string[],
): readonly (readonly string[])[] {
  const root = new Map(ids.map((id) => [id, id]));
  const find = (id: string): string => {
    const up = root.get(id) ?? id;
    return up === id ? id : find(up);
  };
  for (const id of ids) for (const other of linksOf(id)) root.set(find(other), find(id));
  return [...Map.groupBy(ids, find).values()];
}

/** The first ring of groups that wait for one another, as the ids on it; undefined where there is none. */
export function ring(
  ids: Iterable<string>,
  afterOf: (id: string) => Iterable<string>,
): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (id: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(id);
    if (at >= 0) return path.slice(at);
    if (done.has(id)) return undefined;
    for (const other of afterOf(id)) {
      const found = walk(other, [...path, id]);
      if (found) return found;
    }
    done.add(id);
    return undefined;
  };
  for (const id of ids) {
    const found = walk(id, []);
    if (found) return found;
  }
  return undefined;
}
