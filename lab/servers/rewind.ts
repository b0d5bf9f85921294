/** Puts something back as it was when it was marked; as often as it is called. */
export type Rewind = () => void;

/** Several at once. */
export const rewindAll =
  (rewinds: readonly Rewind[]): Rewind =>
  () => {
    for (const rewind of rewinds) rewind();
  };

/** The entries of a map; what they hold is not looked into. */
export function markMap<K, V>(map: Map<K, V>): Rewind {
  const kept = [...map];
  return () => {
    map.clear();
    for (const [key, value] of kept) map.set(key, value);
  };
}

/** The members of a set. */
export function markSet<T>(set: Set<T>): Rewind {
  const kept = [...set];
  return () => {
    set.clear();
    for (const one of kept) set.add(one);
  };
}

/** The items of a list. */
export function markList<T>(list: T[]): Rewind {
  const kept = [...list];
  return () => {
    list.splice(0, list.length, ...kept);
  };
}

/** An object's own fields; what they hold is not looked into. */
export function markFields(object: object): Rewind {
  const kept = { ...object };
  return () => {
    for (const key of Object.keys(object)) if (!(key in kept)) Reflect.deleteProperty(object, key);
    Object.assign(object, kept);
  };
}
