/**
 * The outcome of work, for so many seconds at most: what hangs, and ignores every signal, must not hold up the answer. It
 * goes on by itself, and what comes of it then is nobody's. Rejects when the time is over with what `late` makes.
 */
export async function withinLimit<T>(
  work: Promise<T>,
  limitSec: number,
  late: () => Error = () => new Error(`no answer within ${String(limitSec)} s`),
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => reject(late()), limitSec * 1000);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(limit);
  }
}
