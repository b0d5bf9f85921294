import { expect } from "chai";

/** The error, of that class, with which a promise ends; a promise that does not fail, or with another, fails the test. */
export async function failureOf<E extends Error>(
  promise: Promise<unknown>,
  kind: abstract new (...args: never) => E,
): Promise<E> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`it did not fail but gave ${JSON.stringify(outcome.value)}`);
  if (!(outcome.error instanceof kind)) throw outcome.error;
  expect(outcome.error).to.be.instanceOf(kind);
  return outcome.error;
}
