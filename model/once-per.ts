/**
 * What a pure function makes of facts, made once and kept for as long as they live. Facts are plain data that nobody
 * changes after it was read: other facts are another object, and are looked at anew.
 */
export function oncePer<F extends object, R>(make: (facts: F) => R): (facts: F) => R {
  const known = new WeakMap<F, { readonly made: R }>();
  return (facts) => {
    const found = known.get(facts) ?? { made: make(facts) };
    known.set(facts, found);
    return found.made;
  };
}
